"""SQLite's own log, shipped, under failing power and drawn faults: the copies stay equal to the byte."""

import asyncio
from pathlib import Path
from random import Random

import pytest

from chaos.history import History
from chaos.sessions.simulate import Simulation, save, simulate
from chaos.sweeping.sweep import drawn_schedule
from services.messages import Entry
from services.messages.records import Statement
from services.single_leader.outcomes import Transaction
from services.single_leader.storage import Storage
from services.sql import logical
from services.sql.functions import NOWHERE
from services.sql.working import TABLES_FILE
from tests.simulation.test_disk import Machine
from tests.world.virtually import simulated

TRIALS = 40
TRANSACTIONS = 60


def opened(machine: Machine) -> Storage:
    storage = Storage(machine.port.connect, NOWHERE, "wal", machine.port)
    storage.checkpoint_after(30)
    return storage


def transaction(number: int) -> Transaction:
    """Two rows, some of them on pages that only they need."""
    text = "x" * (number % 5 * 300)
    pair = Statement("INSERT INTO visits VALUES (?, ?), (?, ?)", (text, f"{number}", text, f"{number}"))
    return Transaction([pair, Statement("DELETE FROM visits WHERE visitor = ?", (f"{number - 9}",))])


def must_be_whole(storage: Storage) -> int:
    """The number of transactions that the storage consists of; nothing of any other one is in it."""
    working = storage.tables.working
    assert working
    database, number = working.database(), storage.last.sequence
    assert database.pragma("integrity_check") == "ok"
    visits = dict(logical.contents(database)).get("visits", [])
    assert isinstance(visits, list)
    expected = sorted(str(done) for done in range(max(1, number - 8), number + 1) for _ in "ab")
    assert sorted(visit["visitor"] for visit in visits) == expected
    return number


async def lose_power(machine: Machine, seed: int, work: "asyncio.Task[None]") -> None:
    await asyncio.sleep(Random(seed).uniform(0, 0.08))
    machine.port.crash()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    machine.start()


@simulated
async def test_a_leader_whose_power_fails_has_whole_transactions() -> None:
    survived = set()
    for seed in range(TRIALS):
        machine, done = Machine(seed), [0]

        async def lead(machine: Machine = machine, done: list[int] = done) -> None:
            storage = opened(machine)
            storage.promise(1)
            for number in range(1, TRANSACTIONS):
                await machine.port.run(lambda n=number: storage.append(1, [transaction(n)]))  # type: ignore[misc]
                done[0] = number

        await lose_power(machine, seed, asyncio.create_task(lead()))
        storage = opened(machine)
        survived.add(must_be_whole(storage) - done[0])
        storage.append(storage.epoch, [transaction(storage.last.sequence + 1)])
        must_be_whole(storage)
        machine.disk.close()
    assert survived == {0, 1}, "the crash must fall now before the sync and now after it"


def shipped() -> list[Entry]:
    """What a leader wrote who was never disturbed."""
    machine = Machine(0)
    storage = opened(machine)
    for number in range(1, TRANSACTIONS):
        storage.append(0, [transaction(number)])
    entries = storage.entries_after(0, TRANSACTIONS)
    storage.close()
    machine.disk.close()
    return entries


@simulated
async def test_a_follower_whose_power_fails_has_whole_transactions() -> None:
    entries, survived = shipped(), set()
    for seed in range(TRIALS):
        machine, done = Machine(seed), [0]

        async def follow(machine: Machine = machine, done: list[int] = done) -> None:
            storage, random = opened(machine), Random(1)
            while storage.last.sequence < len(entries):
                at = storage.last.sequence
                batch = entries[at : at + random.randint(1, 3)]
                await machine.port.run(
                    lambda b=batch: storage.accept(0, storage.last, b, lambda *_: None, True)  # type: ignore[misc]
                )
                done[0] = storage.last.sequence

        await lose_power(machine, seed, asyncio.create_task(follow()))
        storage = opened(machine)
        survived.add(must_be_whole(storage) - done[0])
        rest = entries[storage.last.sequence :]
        storage.accept(0, storage.last, rest, lambda *_: None, True)
        assert must_be_whole(storage) == len(entries)
        machine.disk.close()
    assert len(survived) > 1 and min(survived) == 0 and max(survived) <= 3


@pytest.mark.parametrize("variant", ["same-format", "format-upgrade"])
def test_the_final_reads_hold_the_digest_of_every_file(variant: str, tmp_path: Path) -> None:
    outcome = save(Simulation("wal-shipping", variant, seed=3), tmp_path)
    finals = [
        read.value
        for read in History.load(outcome.folder / "history.jsonl").finals
        if read.key == TABLES_FILE and isinstance(read.value, dict)
    ]
    assert len(finals) == 3
    assert len({account["sha256"] for account in finals}) == 1
    form = "8192 bytes, text in UTF-16le" if variant == "format-upgrade" else "1024 bytes, text in UTF-8"
    assert all(form in account["of"] for account in finals)


@pytest.mark.parametrize("seed", range(6))
def test_tails_that_must_go_leave_equal_files(seed: int) -> None:
    """Under `async` a deposed leader has entries that nobody else has."""
    simulation = Simulation(
        "wal-shipping", "same-format", seed, drawn_schedule(seed), settings=(("replication", "async"),)
    )
    verdict = simulate(simulation)
    diverged = next(finding for finding in verdict.anomalies if finding.name == "diverged-replicas")
    assert diverged.found is False, diverged
