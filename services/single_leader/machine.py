"""What a group may replicate besides registers and tables: a state machine from outside (Schneider 1990).

On the leader the machine decides what a request comes to. That is a *command*, a text that only the machine
can read, and it goes into the log. Every follower carries out the same commands in the same order, and so
reaches the same state. All of it happens on the disk's own thread, inside the transaction that writes the
entry.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeAlias

import apsw

from services.errors import LabError


class Decided(NamedTuple):
    """The command, empty if nothing is to change; what undoes it; what the caller is told."""

    command: str
    undo: bytes
    result: Any


class Machine(Protocol):
    """Its tables are in the replica's database. Its memory must hold exactly what is durable."""

    def decide(self, asked: Any, sequence: int) -> Decided:
        """As the leader, do what is asked for, as the entry `sequence`. Raises `LabError`."""

    def carry_out(self, command: str, sequence: int) -> bytes:
        """As a follower, do what a leader decided; returns what undoes it."""

    def take_back(self, undo: bytes) -> None:
        """Undo what an entry did."""

    def settle(self) -> None:
        """What was done is durable."""

    def forget(self) -> None:
        """The transaction did not take place."""


class NoMachine:
    """The machine of a group that replicates nothing else."""

    def decide(self, asked: Any, sequence: int) -> Decided:
        """See `Machine`."""
        raise LabError("bad-request", f"nobody here knows what to do with {asked!r}")

    def carry_out(self, command: str, sequence: int) -> bytes:
        """See `Machine`."""
        raise LabError("bad-order", "the log has commands, but there is no machine here for them")

    def take_back(self, undo: bytes) -> None:
        """See `Machine`: it has done nothing."""

    def settle(self) -> None:
        """See `Machine`: it has nothing in memory."""

    def forget(self) -> None:
        """See `Machine`: it has nothing in memory."""


# Over the connection that writes, and the one that reads.
MachineMaker: TypeAlias = Callable[[apsw.Connection, apsw.Connection], Machine]
