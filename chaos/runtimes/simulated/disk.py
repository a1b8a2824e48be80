"""The disk of a simulated machine: it stays when the process dies, less what was not synced.

Work runs in one piece, at a moment between request and completion that the seed decides. So a crash may find
it not begun, half on the disk, or done but not yet reported.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from random import Random
from typing import Any, TypeVar

import apsw
import msgspec

from chaos.cluster import DiskState
from chaos.runtimes.simulated.files import File, Files
from chaos.runtimes.simulated.loop import VirtualLoop
from services.ports import USUAL_FORMAT, StorageFormat

T = TypeVar("T")

SHORTEST_S, LONGEST_S = 0.0003, 0.003
MOST_WRITES_OF_A_HALF_DONE_JOB = 12
BACKUP_PAGES = 16  # in one step
BEFORE, AFTER = {"page_size": 1024}, {"locking_mode": "exclusive", "journal_mode": "wal"}
CHECKPOINT_PAGES = 1000  # SQLite's own default

HEALTHY_DISK = DiskState()


class MachineDisk:
    """What survives: the files. A process that starts gets a `SimulatedDisk` on it."""

    def __init__(self, random: Random, wall: Callable[[], float]) -> None:
        self.state = HEALTHY_DISK
        self.random, self._wall = random, wall
        self.files = Files(random, wall, {})

    def set(self, state: DiskState) -> None:
        """From now on the disk is like this."""
        self.state, self.files.full = state, state.full

    def renew(self) -> None:
        """An empty disk in order."""
        self.state = HEALTHY_DISK
        self.replace({}).unregister()

    def close(self) -> None:
        """Take the files from SQLite's list. Kill the process first."""
        self.files.unregister()

    def replace(self, contents: Mapping[str, bytes]) -> Files:
        """Put other files in place of these, which are returned: whoever has one of them open keeps it."""
        return self._exchange({name: File(bytearray(content)) for name, content in contents.items()})

    def fail(self) -> Files:
        """The power fails. What survives is there for the next process; returns what is left to this one."""
        before = self._exchange(self.files.survivors())
        before.lose_power()
        return before

    def _exchange(self, files: dict[str, File]) -> Files:
        before, self.files = self.files, Files(self.random, self._wall, files)
        self.files.full = self.state.full
        return before


class SharedConnection(apsw.Connection):
    """The one connection to a database; it closes when everybody who opened it has closed it.

    Work runs in one piece, so nobody can see anybody's half of a transaction, and a second connection
    would only read again what the first has in its cache.

    A checkpoint that fails after a commit, or at the end, is no error of that commit: SQLite forgives it and
    tries again later. But from a file system in Python apsw raises every error, also those that SQLite
    forgives, and so a commit that took place would look as if it had not.
    """

    holders = 0

    def wal_autocheckpoint(self, n: int) -> None:
        """See `apsw.Connection.wal_autocheckpoint`."""

        def committed(connection: apsw.Connection, database: str, pages: int) -> int:
            if pages >= n:
                with suppress(apsw.Error):
                    connection.wal_checkpoint(database)
            return apsw.SQLITE_OK

        self.set_wal_hook(committed)

    def close(self, force: bool = False) -> None:
        """See `apsw.Connection.close`."""
        self.holders -= 1
        if self.holders <= 0:
            with suppress(apsw.FullError):
                super().close(force)


class SimulatedDisk:
    """The disk port of one process: see `services.ports.Disk`."""

    def __init__(self, machine: MachineDisk, loop: VirtualLoop, place: str) -> None:
        self._machine, self._loop, self._place = machine, loop, place
        self._connections: dict[str, SharedConnection] = {}
        self._waiting: deque[_Job] = deque()
        self._under_way: _Job | None = None

    def connect(self, name: str, form: StorageFormat = USUAL_FORMAT) -> apsw.Connection:
        """Open the database `name`, or create it in that format."""
        connection = self._connections.get(name)
        if connection is None or connection.holders <= 0:
            connection = SharedConnection(name, vfs=self._machine.files.name)
            for pragma, value in {**BEFORE, **form.pragmas, **AFTER}.items():
                connection.pragma(pragma, value)
            connection.wal_autocheckpoint(CHECKPOINT_PAGES)
            self._connections[name] = connection
        connection.holders += 1
        return connection

    async def run(self, work: Callable[[], T], short: bool = False) -> T:
        """Do `work` after what was asked for before; once begun, it goes on without its caller."""
        job = _Job(work, self._loop.create_future())
        self._waiting.append(job)
        if self._under_way is None:
            self._begin()
        result: T = await job.done
        return result

    def _begin(self) -> None:
        """Take up the next job that somebody still waits for."""
        while self._waiting:
            job = self._waiting.popleft()
            if not job.done.done():
                random = self._machine.random
                whole_s = self._machine.state.slow * random.uniform(SHORTEST_S, LONGEST_S)
                before_s = whole_s * random.random()
                self._under_way = job
                self._loop.call_later(before_s, self._perform, job, whole_s - before_s)
                return

    def _perform(self, job: "_Job", after_s: float) -> None:
        job.begun = True
        try:
            job.result = job.work()
        except Exception as error:
            job.error = error
        self._loop.call_later(after_s, self._report, job)

    def _report(self, job: "_Job") -> None:
        self._under_way = None
        if not job.done.done():
            if job.error is None:
                job.done.set_result(job.result)
            else:
                job.done.set_exception(job.error)
        self._begin()

    def read_text(self, name: str) -> str | None:
        """See `services.ports.Disk`."""
        return self._machine.files.read_text(name)

    def write_text(self, name: str, text: str) -> str:
        """See `services.ports.Disk`."""
        self._machine.files.write_text(name, text)
        return f"{self._place}/{name}"

    async def backup(self, database: str, copy: str) -> None:
        """See `services.ports.Disk`; commits come between its steps, and SQLite copies what they change."""
        self.remove(copy)
        with (
            closing(self.connect(database)) as source,
            closing(apsw.Connection(copy, vfs=self._machine.files.name)) as target,
            target.backup("main", source, "main") as backup,
        ):
            while not backup.done:
                await self.run(lambda: backup.step(BACKUP_PAGES))

    def size(self, name: str) -> int:
        """See `services.ports.Disk`."""
        return self._machine.files.size(name)

    def read_bytes(self, name: str, offset: int, amount: int) -> bytes:
        """See `services.ports.Disk`."""
        return self._machine.files.read_bytes(name, offset, amount)

    def write_bytes(self, name: str, offset: int, data: bytes) -> None:
        """See `services.ports.Disk`."""
        self._machine.files.write_bytes(name, offset, data)

    def rename(self, name: str, to: str) -> None:
        """See `services.ports.Disk`."""
        self._machine.files.rename(name, to)

    def remove(self, name: str) -> None:
        """See `services.ports.Disk`."""
        self._machine.files.remove(name)

    async def wipe(self) -> None:
        """See `services.ports.Disk`."""
        await self.run(lambda: None)
        self._machine.files.wipe()

    def crash(self) -> None:
        """The power fails, perhaps in the middle of a write; a new process will find what is left."""
        machine, job = self._machine, self._under_way
        if job is not None and not job.begun:
            machine.files.writes_left = machine.random.randrange(MOST_WRITES_OF_A_HALF_DONE_JOB)
            with suppress(Exception):  # whatever it says, nobody is left to hear it
                job.work()
        old = machine.fail()
        for connection in self._connections.values():
            if connection.holders > 0:
                connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)  # it would go nowhere
                apsw.Connection.close(connection, True)
        old.unregister()


class _Job(msgspec.Struct, eq=False):
    """One call of `run`: when it is performed, `result` or `error` is set; then `done`."""

    work: Callable[[], Any]
    done: asyncio.Future[Any]
    begun: bool = False
    result: Any = None
    error: Exception | None = None
