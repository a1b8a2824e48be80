"""Storages without nodes: a leader's and a follower's copy, and the log that goes from one to the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random

import apsw

from services.adapters.disk import FileDisk
from services.errors import LabError
from services.messages import Value
from services.messages.records import AnyRecord, Scalar, Statement
from services.messages.sql import ResultSet
from services.ports import USUAL_FORMAT, StorageFormat
from services.settings.single_leader import ReplicationLog
from services.single_leader.outcomes import Outcome, Transaction
from services.single_leader.storage import Storage
from services.sql import logical
from services.sql.functions import Outside


class Copy:
    """One storage; each has a clock and a chance of its own."""

    def __init__(
        self,
        directory: Path,
        number: int,
        log: ReplicationLog,
        for_reports: bool = False,
        form: StorageFormat = USUAL_FORMAT,
    ) -> None:
        seconds = count(1000 * number)
        self.disk = FileDisk(directory / f"n{number}")
        self.outside = Outside(lambda: float(next(seconds)), Random(number), for_reports)
        self.log = log
        self.form = form
        self.storage = self._opened()

    def attempt(self, *statements: str | tuple[str, *tuple[Scalar, ...]]) -> Outcome:
        """What comes of a transaction on the leader."""
        asked = [Statement(one) if isinstance(one, str) else Statement(one[0], one[1:]) for one in statements]
        (outcome,) = self.storage.append(self.storage.epoch, [Transaction(asked)])
        return outcome

    def perform(self, *statements: str | tuple[str, *tuple[Scalar, ...]]) -> tuple[ResultSet, ...]:
        """The results of a transaction that must succeed."""
        outcome = self.attempt(*statements)
        assert outcome.error is None, outcome.error
        return outcome.results

    def refusal(self, *statements: str | tuple[str, *tuple[Scalar, ...]]) -> str:
        """The code of the error with which a transaction must fail, and that it left nothing behind."""
        before = self.contents(), self.storage.last
        error = self.attempt(*statements).error
        assert error is not None and error.definite
        assert (self.contents(), self.storage.last) == before
        return error.kind.code

    def _opened(self) -> Storage:
        return Storage(lambda name: self.disk.connect(name, self.form), self.outside, self.log, self.disk)

    def reopen(self) -> None:
        """As after a restart."""
        self.storage.close()
        self.storage = self._opened()

    def contents(self) -> dict[str, Value]:
        return dict(logical.contents(self.tables()))

    def tables(self) -> apsw.Connection:
        """Where the SQL tables can be read."""
        working = self.storage.tables.working
        return working.database() if working else self.storage.reader

    def records(self) -> list[AnyRecord]:
        return [entry.record for entry in self.storage.entries_after(0, 10_000) if entry.record]

    def follow(self, leader: "Copy", most: int = 10_000) -> None:
        """Take over what the leader has and this one lacks, at most so many entries."""
        entries = leader.storage.entries_after(self.storage.last.sequence, most)
        accepted = self.storage.accept(
            leader.storage.epoch, self.storage.last, entries, lambda name, lines: None, fenced=True
        )
        if not accepted.fits:
            raise LabError("bad-order", "the logs have parted")

    def close(self) -> None:
        self.storage.close()
        self.disk.close()


@contextmanager
def leader_and_follower(directory: Path, log: ReplicationLog) -> Iterator[tuple[Copy, Copy]]:
    """Two copies with the same format; the second has the index for reports, if the log allows it."""
    leader, follower = Copy(directory, 1, log), Copy(directory, 2, log, for_reports=log != "wal")
    try:
        yield leader, follower
    finally:
        leader.close()
        follower.close()
