"""A copy of the demonstration tables: it leads or follows, with a clock and chance of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeAlias

import apsw

from chaos.logdiff.pieces import told_row
from chaos.logdiff.request import STOCK, Request
from services.errors import LabError
from services.messages import Entry, Value, decode, encode
from services.messages.records import Statement
from services.messages.single_leader import Append
from services.messages.sql import ResultSet
from services.ports import USUAL_FORMAT, Disk, StorageFormat
from services.settings.single_leader import ReplicationLog
from services.single_leader.outcomes import Transaction
from services.single_leader.storage import Storage
from services.sql import logical
from services.sql.functions import Outside

BATCH_ENTRIES = 64  # as many as a leader puts into one message
MOST_ENTRIES = 100_000
EPOCH = 1

MakeDisk: TypeAlias = Callable[[str], Disk]  # an empty one, by the name of the copy


@dataclass(frozen=True)
class World:
    """What `now()` and `rand()` say. All leaders get the same answers, so that their logs can be compared."""

    moment: float
    wall: Callable[[], float]
    seed: int

    def of_leader(self, outbox: bool = False) -> Outside:
        """A clock that stands still at the moment of the write, and one chance for all leaders."""
        return Outside(lambda: self.moment, Random(self.seed), outbox=outbox)

    def of_follower(self) -> Outside:
        """A clock that goes on, and other chance."""
        return Outside(self.wall, Random(self.seed + 1))


class Copy:
    """A storage on a disk of its own, whose log has the format `log`, in a database of the format `form`."""

    def __init__(
        self, disk: Disk, outside: Outside, log: ReplicationLog, form: StorageFormat = USUAL_FORMAT
    ) -> None:
        self.disk, self.log = disk, log
        begins_with: ReplicationLog = "wal" if log == "wal" else "row"  # see `prepared`
        self.storage = Storage(lambda name: disk.connect(name, form), outside, begins_with, disk)

    @property
    def database(self) -> apsw.Connection:
        """Where the tables are: beside the log, or in a file of their own."""
        working = self.storage.tables.working
        return working.database() if working else self.storage.reader

    def perform(self, statements: Sequence[Statement]) -> tuple[ResultSet, ...]:
        """Execute them as one transaction. Raises `LabError`: then nothing has changed."""
        (outcome,) = self.storage.append(self.storage.epoch, [Transaction(statements)])
        if outcome.error:
            raise outcome.error
        return outcome.results

    def after(self, sequence: int) -> list[Entry]:
        """The entries of the log that follow `sequence`."""
        return self.storage.entries_after(sequence, MOST_ENTRIES)

    def follow(self, leader: "Copy") -> None:
        """Take over what this copy lacks, from bytes. Raises `LabError` when it does not fit."""
        for data in messages(leader.storage, leader.after(self.storage.last.sequence)):
            batch = decode(data)
            assert isinstance(batch, Append)
            accepted = self.storage.accept(
                batch.epoch, batch.previous, batch.entries, lambda name, lines: None, fenced=True
            )
            assert accepted.fits

    def takes(self, leader: "Copy") -> tuple[str, str]:
        """Whether this copy can follow: `yes`, or that it refuses, and the words with which it does."""
        try:
            self.follow(leader)
        except LabError as error:
            return "no: refuses", error.text
        return "yes", ""

    def contents(self) -> dict[str, Value]:
        """Every row, by table and key."""
        return dict(logical.contents(self.database))

    def close(self) -> None:
        """Close the storage, not the disk."""
        self.storage.close()


def prepared(request: Request, leader: Copy, *followers: Copy) -> None:
    """Put into all copies what stands there before the request, so that they begin alike.

    That is done by rows, or by pages: if statements did it, copies might differ before anything is shown.
    """
    leader.storage.promise(EPOCH)
    for statement in (*STOCK, *request.before):
        leader.perform([statement])
    for follower in followers:
        follower.follow(leader)
    for copy in (leader, *followers):
        copy.storage.tables.log = copy.log


def messages(leader: Storage, entries: Sequence[Entry]) -> Iterator[bytes]:
    """The messages in which the entries travel to one follower."""
    for begin in range(0, len(entries), BATCH_ENTRIES):
        batch = list(entries[begin : begin + BATCH_ENTRIES])
        previous = leader.position_at(batch[0].position.sequence - 1)
        assert previous is not None
        message = Append(
            leader="n1",
            epoch=leader.epoch,
            previous=previous,
            entries=batch,
            last=leader.last,
            acknowledged=previous.sequence,
        )
        yield encode(message)


def differences(leader: dict[str, Value], other: dict[str, Value]) -> list[str]:
    """Where the contents of another copy are not the leader's, a line each."""
    return [
        f"{key}: {told_row(leader.get(key))} on the leader, {told_row(other.get(key))} here"
        for key in dict.fromkeys((*leader, *other))
        if leader.get(key) != other.get(key)
    ]
