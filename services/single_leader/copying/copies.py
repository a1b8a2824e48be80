"""The copies of its database that a leader makes for newcomers, and hands out in chunks.

SQLite's own backup makes a snapshot while writes go on. It holds the log up to some position and exactly
what this log adds up to, so a newcomer can continue with the log from there (PostgreSQL's base backup,
MySQL's clone, Raft's InstallSnapshot).

`file-copy` hands out the database file itself while it is being written, a common mistake: its first pages
are older than its last, and what was in SQLite's own log is missing.
"""

import asyncio
import hashlib
from contextlib import closing

from services.errors import LabError
from services.messages import Position
from services.messages.single_leader import Chunk, CopyReady
from services.ports import Disk
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.storage import DATABASE
from services.store.reach import reach

PREFIX = "copy-for-"


class Copies:
    """One copy for each newcomer; a new one replaces the one before."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._making = asyncio.Lock()  # one at a time: copies are hard work for the disk

    async def make(self, node: str, settings: SingleLeaderSettings) -> CopyReady:
        """A copy for `node`, by the method in force."""
        if settings.copy_by == "file-copy":
            return CopyReady(name=DATABASE, chunk_bytes=settings.chunk_bytes)
        name, disk = PREFIX + node, self._disk
        async with self._making:
            await disk.backup(DATABASE, name)
            position = await disk.run(lambda: self._position_in(name))
            digest = await disk.run(lambda: digest_of(disk, name, settings.chunk_bytes))
        size = disk.size(name)
        return CopyReady(
            name=name, chunk_bytes=settings.chunk_bytes, position=position, size=size, digest=digest
        )

    async def chunk(self, name: str, offset: int, settings: SingleLeaderSettings) -> Chunk:
        """The bytes from `offset` on. Raises `LabError` copy-gone when there is no such copy."""
        moving = settings.copy_by == "file-copy" and name == DATABASE
        made = name.startswith(PREFIX) and "/" not in name and self._disk.size(name)
        if not (moving or made):
            raise LabError("copy-gone", f"{name!r} is not a copy that was made here")
        disk, amount = self._disk, settings.chunk_bytes
        return Chunk(data=await disk.run(lambda: disk.read_bytes(name, offset, amount)))

    def discard(self, node: str) -> None:
        """`node` no longer needs its copy."""
        self._disk.remove(PREFIX + node)

    def _position_in(self, name: str) -> Position:
        with closing(self._disk.connect(name)) as database:
            return reach(database).last


def digest_of(disk: Disk, name: str, chunk_bytes: int) -> str:
    """The SHA-256 of the file `name`. Reads all of it, in chunks: call it through `Disk.run`."""
    digest = hashlib.sha256()
    for offset in range(0, disk.size(name), chunk_bytes):
        digest.update(disk.read_bytes(name, offset, chunk_bytes))
    return digest.hexdigest()
