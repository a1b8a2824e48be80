"""Files in memory, under SQLite as its file system, that fail like files on a disk.

After a crash, each unsynced write may or may not be there, and the last one may be there in part. The SQLite
on top is the real one, with its real write-ahead log: its own recovery decides whether a commit survives, not
our opinion of it.

(The idea of a test file system that loses what was not synced is SQLite's own: `test_vfs`, and the
crash tests described in "How SQLite Is Tested".)
"""

import errno
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import apsw
import msgspec

SECTOR_BYTES = 512
JULIAN_1970_MS = 210_866_760_000_000

_numbers = itertools.count(1)


class Write(msgspec.Struct, frozen=True, gc=False):
    """Bytes that were written over others at `offset`, while the file had `size` bytes."""

    offset: int
    before: bytes
    after: bytes
    size: int


@dataclass(eq=False)
class File:
    """The content as the process sees it, and what of it is not on the disk yet."""

    content: bytearray = field(default_factory=bytearray)
    unsynced: list[Write] = field(default_factory=list)

    def write(self, offset: int, data: bytes) -> None:
        """Write `data`; a gap before it is filled with zeros."""
        content, size = self.content, len(self.content)
        if offset == size:  # as a log grows, so most of the time
            self.unsynced.append(Write(offset, b"", data, size))
            content += data
            return
        end = offset + len(data)
        self.unsynced.append(Write(offset, bytes(content[offset:end]), data, size))
        if offset > size:
            content.extend(bytes(offset - size))
        content[offset:end] = data

    def lose_unsynced(self, random: Random) -> None:
        """The machine fails: of what was not synced, each write is kept, lost, or kept in part."""
        writes, self.unsynced = self.unsynced, []
        for write in reversed(writes):
            self.content[write.offset : write.offset + len(write.after)] = write.before
            del self.content[write.size :]
        for write in writes:
            if random.random() < 0.5:
                self.write(write.offset, write.after)
        if writes and random.random() < 0.5:
            torn = writes[-1]
            sectors = random.randint(0, len(torn.after) // SECTOR_BYTES)
            self.write(torn.offset, torn.after[: sectors * SECTOR_BYTES])
        self.unsynced.clear()


class Files(apsw.VFS):
    """All files of one node, registered with SQLite under `name`; `files` are there from the start, by name.

    `wall` is what SQL's `now` goes by. With `full`, a write that needs more space fails. After
    `writes_left` further writes (None: no limit) the rest is silently lost, as when the power goes.
    """

    def __init__(self, random: Random, wall: Callable[[], float], files: dict[str, File]) -> None:
        self.name = f"simulated-{next(_numbers)}"
        self.full = False
        self.writes_left: int | None = None
        self._random, self._wall, self._files = random, wall, files
        super().__init__(self.name, "")

    def copy(self) -> dict[str, bytes]:
        """What is in the files at this moment, synced or not, by name."""
        return {name: bytes(file.content) for name, file in self._files.items()}

    def survivors(self) -> dict[str, File]:
        """What a crash at this moment leaves. Call it once, and then write these files no more."""
        for file in self._files.values():
            file.lose_unsynced(self._random)
        return {name: File(file.content) for name, file in self._files.items()}

    def lose_power(self) -> None:
        """From now on whatever is written goes nowhere, and nobody is told."""
        self.full, self.writes_left = False, 0

    def may_write(self, grows: bool) -> bool:
        """False when the power is gone. Raises `apsw.FullError` when there is no space to grow."""
        if self.full and grows:
            raise apsw.FullError("the disk is full")
        if self.writes_left is None:
            return True
        self.writes_left = max(0, self.writes_left - 1)
        return self.writes_left > 0

    def read_text(self, name: str) -> str | None:
        """A small file, None when there is none."""
        file = self._files.get(name)
        return None if file is None else file.content.decode()

    def write_text(self, name: str, text: str) -> None:
        """Replace a small file, all of it or nothing of it, and synced. Raises `OSError` when full."""
        if self.full:
            raise OSError(errno.ENOSPC, "the disk is full", name)
        if self.may_write(grows=False):
            self._files[name] = File(bytearray(text.encode()))

    def size(self, name: str) -> int:
        """The bytes of a file, 0 when there is none."""
        file = self._files.get(name)
        return 0 if file is None else len(file.content)

    def read_bytes(self, name: str, offset: int, amount: int) -> bytes:
        """Up to `amount` bytes."""
        return bytes(self._files[name].content[offset : offset + amount])

    def write_bytes(self, name: str, offset: int, data: bytes) -> None:
        """Write, and sync. Raises `apsw.FullError` when full."""
        file = OpenFile(self, self._files.setdefault(name, File()))
        file.xWrite(data, offset)
        file.xSync(0)

    def rename(self, name: str, to: str) -> None:
        """At once, and synced."""
        if self.may_write(grows=False):
            self._files[to] = self._files.pop(name)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        if self.may_write(grows=False):
            self._files.pop(name, None)

    def wipe(self) -> None:
        """Remove every file."""
        self._files.clear()

    def xRandomness(self, amount: int) -> bytes:  # noqa: N802
        """From the seed like everything else."""
        return self._random.randbytes(amount)

    def xCurrentTimeInt64(self) -> int:  # noqa: N802
        """Milliseconds of the Julian calendar, by this machine's wall clock."""
        return JULIAN_1970_MS + round(self._wall() * 1000)

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> "OpenFile":  # noqa: N802
        """Open or create; SQLite wants nameless files for what it keeps to itself."""
        if name is None:
            return OpenFile(self, File())
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        return OpenFile(self, self._files.setdefault(path, File()))

    def xAccess(self, path: str, _: int) -> bool:  # noqa: N802
        """True when the file exists."""
        return path in self._files

    def xDelete(self, path: str, _: bool) -> None:  # noqa: N802
        """Remove a file, for good."""
        self._files.pop(path, None)

    def xFullPathname(self, path: str) -> str:  # noqa: N802
        """There is only one directory."""
        return path


class OpenFile(apsw.VFSFile):
    """One file as SQLite sees it. Nobody else ever has it open, so locks are not needed."""

    def __init__(self, files: Files, file: File) -> None:
        self._files = files
        self._file = file

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        """Up to `amount` bytes."""
        return bytes(self._file.content[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        """Write, not yet synced."""
        files, file = self._files, self._file
        in_order = files.writes_left is None and not files.full
        if in_order or files.may_write(grows=offset + len(data) > len(file.content)):
            file.write(offset, data)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        """Shorten; takes effect at once."""
        if self._files.may_write(grows=False):
            del self._file.content[size:]
            self._file.unsynced.clear()

    def xSync(self, _: int) -> None:  # noqa: N802
        """What was written so far survives a crash."""
        if self._files.may_write(grows=False):
            self._file.unsynced.clear()

    def xFileSize(self) -> int:  # noqa: N802
        """In bytes."""
        return len(self._file.content)

    def xLock(self, _: int) -> None:  # noqa: N802
        """Nothing to do."""

    def xUnlock(self, _: int) -> None:  # noqa: N802
        """Nothing to do."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        """Nobody holds one."""
        return False

    def xFileControl(self, _: int, __: int) -> bool:  # noqa: N802
        """No special wishes are known."""
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        """Bytes that a disk writes at once."""
        return SECTOR_BYTES

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        """What a real file system tells SQLite too: a write that fails leaves alone what is beside it."""
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def xClose(self) -> None:  # noqa: N802
        """Nothing to do."""
