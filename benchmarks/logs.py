"""What each replication log costs, side by side: the same transactions by a leader and by a follower.

    PYTHONPATH=. .venv/bin/python benchmarks/logs.py [--transactions 100] [--rounds 5]

Four kinds of transactions, the same number of times under every log, in turns: `none` is the engine and the
tables without any log, and all times are ratios to it in the same round. For each: the bytes in the log, the
bytes that travel to whoever follows (messages and all), the commits that a leader makes in a second, also
counted in seconds of processor time, and the processor time of a follower as a ratio to that of `row`.

`outbox` is `row` with triggers that note each change in an outbox as well: its log has both, and what travels
are the carrier's rows. That process asks after every transaction here; the rarer it asks, the fewer messages.
"""

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median
from typing import NamedTuple

import msgspec

from chaos.logdiff.copies import messages
from chaos.logdiff.outbox import Door
from services.adapters.disk import FileDisk
from services.companions.feeds import Place, from_outbox
from services.messages import Entry, encode
from services.messages.records import Statement
from services.settings.single_leader import ReplicationLog
from services.single_leader.outcomes import Transaction
from services.single_leader.storage import Storage
from services.sql import door, functions, schema
from services.sql.functions import Outside

ROWS, WIDE, LARGE = 100, 2000, 20_000
INSERT = "INSERT INTO items(name, price, holder) VALUES (?, ?, ?)"
STOCK = (
    Statement(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
        "INSERT INTO items(name, price) SELECT 'item ' || i, 0 FROM n",
        (ROWS,),
    ),
    Statement(INSERT, ("wide", 0, "x" * WIDE)),
)
KINDS: Mapping[str, Callable[[int], Statement]] = {
    "a row is inserted": lambda n: Statement(INSERT, (f"new {n}", n, None)),
    f"one column of a row of {WIDE:,} bytes is updated": lambda n: Statement(
        "UPDATE items SET price = ? WHERE name = 'wide'", (n,)
    ),
    f"{ROWS} rows are updated by one statement": lambda n: Statement(
        "UPDATE items SET price = ? WHERE name LIKE 'item %'", (n,)
    ),
    f"a text of {LARGE:,} bytes is inserted": lambda n: Statement(INSERT, (f"new {n}", n, "y" * LARGE)),
}
LOGS: Mapping[str, tuple[ReplicationLog, bool]] = {
    "statement": ("statement", False),
    "statement-rewritten": ("statement-rewritten", False),
    "mixed": ("mixed", False),
    "wal": ("wal", False),
    "row": ("row", False),
    "outbox": ("row", True),
}
NONE = "none"


class Cost(NamedTuple):
    """Of one transaction; the `leader_s` are of the wall clock, the others of the processor."""

    log_bytes: float
    wire_bytes: float
    leader_s: float
    leader_processor_s: float
    follower_processor_s: float


@dataclass
class Watch:
    """Adds up time by the wall clock and by the processor."""

    wall_s: float = 0
    processor_s: float = 0

    def __enter__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def __exit__(self, *_: object) -> None:
        self.wall_s += time.perf_counter() - self._began[0]
        self.processor_s += time.process_time() - self._began[1]


class Copies:
    """A leader and a follower with one log, on disks of their own."""

    def __init__(self, directory: Path, log: ReplicationLog, outbox: bool, used: ExitStack) -> None:
        outside = Outside(time.time, Random(1), outbox=outbox)
        disks = [used.enter_context(closing(FileDisk(directory / name))) for name in ("leader", "follower")]
        self.leader, self.follower = (
            used.enter_context(closing(Storage(disk.connect, outside, log, disk))) for disk in disks
        )
        self._outbox, self._place = outbox, Place()

    def perform(self, statement: Statement) -> None:
        """By the leader, as a transaction that must succeed."""
        (outcome,) = self.leader.append(self.leader.epoch, [Transaction([statement])])
        assert outcome.error is None, outcome.error

    def follow(self) -> list[Entry]:
        """Apply what the leader has and the follower lacks; returns it."""
        last = self.follower.last
        entries = self.leader.entries_after(last.sequence, 10_000)
        self.follower.accept(self.leader.epoch, last, entries, lambda name, lines: None, True)
        return entries

    def wire_bytes(self, entries: Sequence[Entry]) -> int:
        """To a follower; where there is an outbox, to the carrier, of all that is new in it."""
        if not self._outbox:
            return sum(map(len, messages(self.leader, entries)))
        asked, seen = Door(self.leader), None
        while seen is None:
            page = asyncio.run(from_outbox(asked.ask, self._place, {}))
            self._place, seen = page.place, page.seen
        return sum(len(encode(reply)) for reply in asked.replies)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--transactions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    without_log(KINDS["a row is inserted"], 20)  # so that the first does not pay for imports
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    for what, kind in KINDS.items():
        show(what, [dict(one_round(kind, arguments.transactions)) for _ in range(arguments.rounds)])


def one_round(kind: Callable[[int], Statement], transactions: int) -> Iterator[tuple[str, Cost]]:
    """The cost under each log, one after the other."""
    yield NONE, without_log(kind, transactions)
    for name, (log, outbox) in LOGS.items():
        yield name, with_log(kind, transactions, log, outbox)


def with_log(kind: Callable[[int], Statement], transactions: int, log: ReplicationLog, outbox: bool) -> Cost:
    """A leader executes the transactions one by one; a follower applies what came of each."""
    leading, following, sizes = Watch(), Watch(), [0, 0]
    with tempfile.TemporaryDirectory() as directory, ExitStack() as used:
        copies = Copies(Path(directory), log, outbox, used)
        for statement in STOCK:
            copies.perform(statement)
        copies.wire_bytes(copies.follow())
        for number in range(1, transactions + 1):
            with leading:
                copies.perform(kind(number))
            with following:
                entries = copies.follow()
            sizes[0] += sum(len(msgspec.json.encode(entry)) for entry in entries)
            sizes[1] += copies.wire_bytes(entries)
    totals = (*sizes, leading.wall_s, leading.processor_s, following.processor_s)
    return Cost(*(total / transactions for total in totals))


def without_log(kind: Callable[[int], Statement], transactions: int) -> Cost:
    """The same engine, door and tables, with a commit and a sync for each transaction, and no log."""
    leading = Watch()
    with (
        tempfile.TemporaryDirectory() as directory,
        closing(FileDisk(Path(directory))) as disk,
        closing(disk.connect("tables.db")) as database,
    ):
        functions.register(database, Outside(time.time, Random(1)))
        schema.create(database, for_reports=False, outbox=False)
        for statement in STOCK:
            door.run(database, statement, may_write=True)
        for number in range(1, transactions + 1):
            with leading, database:
                door.run(database, kind(number), may_write=True)
    return Cost(0, 0, leading.wall_s / transactions, leading.processor_s / transactions, 0)


def show(what: str, rounds: Sequence[Mapping[str, Cost]]) -> None:
    """A line for each log, as a table in Markdown; medians of the rounds."""
    print(f"\n| {what} | log bytes | wire bytes | commits/s | per processor second | follower |")
    print("|---|---|---|---|---|---|")
    for name in (NONE, *LOGS):
        first = rounds[0][name]
        ratios = (median(column) for column in zip(*(_ratios(of, name) for of in rounds), strict=True))
        told = " | ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"| `{name}` | {first.log_bytes:,.0f} | {first.wire_bytes:,.0f} | {told} |")


def _ratios(costs: Mapping[str, Cost], name: str) -> tuple[float, float, float]:
    """Commits to those without a log, by the wall clock and the processor; a follower's time to `row`."""
    this, none, row = costs[name], costs[NONE], costs["row"]
    return (
        none.leader_s / this.leader_s,
        none.leader_processor_s / this.leader_processor_s,
        this.follower_processor_s / row.follower_processor_s,
    )


if __name__ == "__main__":
    main()
