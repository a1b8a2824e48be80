"""What each replication log costs, side by side: the same transactions by a leader and by a follower.

    PYTHONPATH=. .venv/bin/python benchmarks/logs.py [--transactions 300] [--rounds 3]

Two transactions, the same number of times in every format: one that changes one row, and one that changes
a hundred rows by one short statement. For each: the bytes in the log, and the processor time that leader
and follower take, as ratios to `row`; medians of the rounds. `outbox` is `row` with triggers that note each
change in an outbox as well, so its ratio is the price of replication by triggers, before anybody carries it.
`wal` ships the pages that SQLite wrote, which are the same few whether one row on a page changes or all.
Waiting for the disk is left out: every format syncs once for each transaction, on both sides.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from typing import NamedTuple

import msgspec

from services.adapters.disk import FileDisk
from services.config import ReplicationLog
from services.messages import Entry
from services.messages.records import Statement
from services.replica.log.functions import Outside
from services.replica.storage import Storage, Transaction

ROWS = 100
STOCK = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
    "INSERT INTO items(name, price) SELECT 'item ' || i, 0 FROM n"
)
CHANGES = {
    "one row": "UPDATE items SET price = ? WHERE name = 'item 1'",
    f"{ROWS} rows": "UPDATE items SET price = ? + price",
}
FORMATS: dict[str, tuple[ReplicationLog, bool]] = {
    "statement": ("statement", False),
    "statement-rewritten": ("statement-rewritten", False),
    "mixed": ("mixed", False),
    "row": ("row", False),
    "wal": ("wal", False),
    "outbox": ("row", True),
}


class Cost(NamedTuple):
    """Of one transaction."""

    log_bytes: float
    leader_s: float
    follower_s: float


@dataclass
class Copy:
    """A storage on a disk of its own."""

    disk: FileDisk
    storage: Storage

    @classmethod
    def made(cls, directory: Path, log: ReplicationLog, outbox: bool) -> "Copy":
        disk = FileDisk(directory)
        return cls(disk, Storage(disk.connect, Outside(time.time, Random(1), outbox=outbox), log, disk))

    def close(self) -> None:
        self.storage.close()
        self.disk.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--transactions", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    measured(CHANGES["one row"], 100, "row", outbox=False)  # so that the first does not pay for imports
    for what, sql in CHANGES.items():
        rounds = [
            {name: measured(sql, arguments.transactions, *form) for name, form in FORMATS.items()}
            for _ in range(arguments.rounds)
        ]
        show(what, rounds)


def measured(sql: str, transactions: int, log: ReplicationLog, outbox: bool) -> Cost:
    """A leader executes the transactions one by one; a follower applies what came of each."""
    with tempfile.TemporaryDirectory() as directory:
        leader, follower = (Copy.made(Path(directory) / name, log, outbox) for name in ("leader", "follower"))
        perform(leader, Statement(STOCK, (ROWS,)))
        follow(follower, leader)
        size, spent = 0, [0.0, 0.0]
        for number in range(1, transactions + 1):
            began = time.process_time()
            perform(leader, Statement(sql, (number,)))
            executed = time.process_time()
            entries = follow(follower, leader)
            spent[0] += executed - began
            spent[1] += time.process_time() - executed
            size += sum(len(msgspec.json.encode(entry)) for entry in entries)
        leader.close()
        follower.close()
    return Cost(size / transactions, spent[0] / transactions, spent[1] / transactions)


def perform(copy: Copy, statement: Statement) -> None:
    """As a transaction that must succeed."""
    (outcome,) = copy.storage.append(copy.storage.epoch, [Transaction([statement])])
    assert outcome.error is None, outcome.error


def follow(follower: Copy, leader: Copy) -> list[Entry]:
    """Apply what the leader has and the follower lacks; returns it."""
    storage = follower.storage
    entries = leader.storage.entries_after(storage.last.sequence, 10_000)
    storage.accept(leader.storage.epoch, storage.last, entries, lambda name, lines: None, True)
    return entries


def show(what: str, rounds: Sequence[dict[str, Cost]]) -> None:
    """A line for each format; times as ratios to `row` of the same round."""
    print(f"{what:20} {'log bytes':>10} {'leader':>8} {'follower':>9}   (times as ratios to row)")
    for name in FORMATS:
        ratios = [
            (of[name].leader_s / of["row"].leader_s, of[name].follower_s / of["row"].follower_s)
            for of in rounds
        ]
        leader, follower = (median(column) for column in zip(*ratios, strict=True))
        print(f"  {name:18} {rounds[0][name].log_bytes:10.0f} {leader:8.2f} {follower:9.2f}")


if __name__ == "__main__":
    main()
