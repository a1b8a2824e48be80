"""The only doors between a node and the world: clock, network, disk, chance, log, tasks.

A node is a set of coroutines over these ports. In containers and as local processes the ports are
real sockets, files and clocks (`services.adapters`); in the simulation they are virtual. The node
cannot tell which, so what is shown about it in one place holds in the others.
"""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any, Protocol, TypeVar

import apsw

from services.lease_clock import LeaseClock
from services.messages import AskNotes, Message, Notes

T = TypeVar("T")

MOST_DRIFT = 0.05  # of a monotonic clock against true time; a bad quartz has a hundredth of that


def over_for_everybody_s(duration_s: float) -> float:
    """How long to wait by one's own monotonic clock until `duration_s` have passed on every other's."""
    return duration_s * (1 + MOST_DRIFT) / (1 - MOST_DRIFT)


class Clock(Protocol):
    """Three clocks, because confusing them is one of the faults this lab is about."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back. For timeouts. It may stand still in sleep."""

    def boottime(self) -> float:
        """Like `monotonic`, but it also counts while the machine sleeps, if the system can tell."""

    def wall(self) -> float:
        """Seconds since 1970, according to this node; may jump. For humans and last-write-wins."""

    async def sleep(self, delay_s: float) -> None:
        """Suspend the caller for `delay_s` seconds of this node's monotonic clock."""


class Network(Protocol):
    """Request and reply to another node, over the link from here to there."""

    async def call(self, to: str, message: Message, timeout_s: float) -> Message:
        """The reply of node `to`.

        Raises `LabError`: `unreachable` if the message certainly was not delivered (definite),
        `timed-out` if that is unknown (indefinite), or the error with which `to` refused.
        """

    def traffic(self) -> Mapping[str, tuple[int, int]]:
        """How many messages went to each node so far, and how many of these brought data.

        Empty if the runtime overhears every message anyway.
        """

    def notes(self, asked: AskNotes) -> Notes:
        """What this node last said and heard; empty, too, if the runtime overhears it anyway."""


@dataclass(frozen=True)
class StorageFormat:
    """The format of a database file, fixed when it is created. `pragmas` are SQLite's, by name."""

    pragmas: Mapping[str, str | int]


USUAL_FORMAT = StorageFormat({"encoding": "UTF-8"})
OTHER_FORMAT = StorageFormat({"encoding": "UTF-16le", "page_size": 8192})


class Disk(Protocol):
    """What survives a crash: databases and small files in one directory of the node."""

    def connect(self, name: str, form: StorageFormat = USUAL_FORMAT) -> apsw.Connection:
        """Open the database `name`, or create it in that format; what is committed is synced."""

    async def run(self, work: Callable[[], T], short: bool = False) -> T:
        """Run blocking `work` off the event loop; calls of one node run in order, one at a time.

        Mark a small transaction as `short`: on a fast disk it may be done at once.
        """

    def read_text(self, name: str) -> str | None:
        """The content of the small file `name`, None if there is none."""

    def write_text(self, name: str, text: str) -> str:
        """Replace the file `name` atomically and synced; returns where to find it."""

    async def backup(self, database: str, copy: str) -> None:
        """Put a consistent copy of `database` into the file `copy`, while it is being written."""

    def size(self, name: str) -> int:
        """The size of the file `name` in bytes, 0 if there is none."""

    def read_bytes(self, name: str, offset: int, amount: int) -> bytes:
        """Up to `amount` bytes of the file `name`, which may be a database in use."""

    def write_bytes(self, name: str, offset: int, data: bytes) -> None:
        """Write into the file `name`, which is made if it is missing; synced."""

    def rename(self, name: str, to: str) -> None:
        """Rename the file `name` to `to`, atomically and synced. Close the databases first."""

    def remove(self, name: str) -> None:
        """Remove the file `name`, if there is one."""

    async def wipe(self) -> None:
        """Remove every file of this node, after all pending work. Close the databases first."""


class Log(Protocol):
    """One event per line; the node that owns the log adds role, epoch and position."""

    def event(self, event: str, **fields: object) -> None:
        """Write one line, for instance `promoted epoch=4 position=118 reason="leader silent"`."""


class Tasks(Protocol):
    """Background work of one node, started and cancelled in a known order."""

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside the rest; an exception in it goes to the log and ends the node."""

    async def cancel(self, name: str) -> None:
        """Cancel the task `name`, if it runs, and wait until it is gone."""

    async def cancel_all(self) -> None:
        """Cancel everything in spawn order and wait."""


@dataclass(frozen=True)
class Env:
    """Everything outside of one node."""

    node: str
    clock: Clock
    network: Network
    disk: Disk
    random: Random
    tasks: Tasks
    log: Log

    @cached_property
    def lease_clock(self) -> LeaseClock:
        """The clock for what this node may do only until some time."""
        return LeaseClock(self.clock)
