"""A simulated disk loses what a real one loses, and SQLite's own recovery decides what that means."""

import asyncio
from random import Random

import apsw
import pytest

from chaos.cluster import DiskState
from chaos.runtimes.simulated import virtual
from chaos.runtimes.simulated.clock import EPOCH_S
from chaos.runtimes.simulated.disk import MachineDisk, SimulatedDisk
from chaos.runtimes.simulated.files import SECTOR_BYTES, File
from services.messages import Operation, Position
from services.single_leader.storage import DATABASE, Storage
from services.store.reach import reach
from tests.world.virtually import simulated

TRIALS = 60


class Machine:
    """A disk, and the disk port of the process that is alive at the moment."""

    def __init__(self, seed: int = 1) -> None:
        lab = virtual.lab_loop()
        self._loop = lab
        self.disk = MachineDisk(Random(seed), lab.clock.wall)
        self.start()

    def start(self) -> None:
        self.port = SimulatedDisk(self.disk, self._loop, "n1")


async def write_until_the_power_fails(machine: Machine, seed: int, synchronous: str) -> int:
    """How many transactions of two entries were reported as done."""
    storage = Storage(machine.port.connect)
    storage._writer.pragma("synchronous", synchronous)
    storage.promise(1)
    done = 0

    async def write() -> None:
        nonlocal done
        for number in range(100):
            pair = [Operation("put", f"k{number}", half) for half in "ab"]
            await machine.port.run(lambda pair=pair: storage.append(1, pair))  # type: ignore[misc]
            done += 1

    writer = asyncio.create_task(write())
    await asyncio.sleep(Random(seed).uniform(0, 0.05))
    machine.port.crash()
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)
    machine.start()
    return done


@simulated
async def test_what_was_committed_survives_and_nothing_in_half() -> None:
    survived = []
    for seed in range(TRIALS):
        machine = Machine(seed)
        done = await write_until_the_power_fails(machine, seed, "full")
        storage = Storage(machine.port.connect)
        assert list(storage._writer.execute("pragma integrity_check")) == [("ok",)]
        assert storage.last.sequence % 2 == 0 and storage.last.sequence // 2 - done in (0, 1)
        survived.append(storage.last.sequence // 2 - done)
        machine.disk.close()
    assert set(survived) == {0, 1}, "the crash must fall now before the sync and now after it"


@simulated
async def test_what_was_not_synced_may_be_lost() -> None:
    lost = 0
    for seed in range(TRIALS):
        machine = Machine(seed)
        done = await write_until_the_power_fails(machine, seed, "off")
        try:
            lost += Storage(machine.port.connect).last.sequence // 2 < done
        except apsw.Error:
            lost += 1  # the database is damaged, which is what comes of it
        machine.disk.close()
    assert lost > TRIALS / 2


def test_a_torn_write_ends_at_a_sector() -> None:
    seen = set()
    for seed in range(200):
        file = File(bytearray(b"0" * 4 * SECTOR_BYTES))
        file.write(SECTOR_BYTES, b"1" * 2 * SECTOR_BYTES)
        file.lose_unsynced(Random(seed))
        assert len(file.content) == 4 * SECTOR_BYTES
        assert file.content.count(b"1") % SECTOR_BYTES == 0
        assert bytes(file.content).strip(b"0") == b"1" * file.content.count(b"1")
        seen.add(file.content.count(b"1") // SECTOR_BYTES)
    assert seen == {0, 1, 2}


def test_an_appended_write_that_is_lost_leaves_the_file_short() -> None:
    sizes = set()
    for seed in range(50):
        file = File()
        file.write(0, b"1" * SECTOR_BYTES)
        file.lose_unsynced(Random(seed))
        sizes.add(len(file.content))
    assert sizes == {0, SECTOR_BYTES}


@simulated
async def test_work_is_done_in_order_and_takes_time() -> None:
    machine, order = Machine(), []
    loop = asyncio.get_running_loop()
    began = loop.time()
    await asyncio.gather(*(machine.port.run(lambda n=n: order.append(n)) for n in range(10)))  # type: ignore[misc]
    healthy_s = loop.time() - began
    assert order == list(range(10)) and healthy_s > 0
    machine.disk.set(DiskState(slow=100))
    began = loop.time()
    await asyncio.gather(*(machine.port.run(lambda n=n: order.append(n)) for n in range(10)))  # type: ignore[misc]
    assert loop.time() - began > 20 * healthy_s
    machine.disk.close()


@simulated
async def test_work_that_has_begun_ends_without_its_caller() -> None:
    machine, done = Machine(), []
    callers = [asyncio.create_task(machine.port.run(lambda n=n: done.append(n))) for n in range(3)]  # type: ignore[misc]
    await asyncio.sleep(0)
    for caller in callers[:2]:
        caller.cancel()
    await callers[2]
    assert done == [0, 2]  # the first had begun, the second had not
    machine.disk.close()


@simulated
async def test_errors_reach_the_caller() -> None:
    machine = Machine()
    with pytest.raises(ZeroDivisionError):
        await machine.port.run(lambda: 1 // 0)
    assert await machine.port.run(lambda: 7) == 7
    machine.disk.close()


@simulated
async def test_a_full_disk_takes_nothing_and_recovers() -> None:
    machine = Machine()
    storage = Storage(machine.port.connect)
    storage.promise(1)
    machine.disk.set(DiskState(full=True))
    with pytest.raises(apsw.FullError):
        storage.append(1, [Operation("put", "x", 1)])
    with pytest.raises(OSError, match="full"):
        machine.port.write_text("settings.json", "{}")
    machine.disk.set(DiskState())
    assert storage.append(1, [Operation("put", "x", 1)])[-1].position == Position(1, 1)
    storage.close()
    machine.disk.close()


@simulated
async def test_a_commit_stands_although_its_checkpoint_finds_the_disk_full() -> None:
    machine = Machine()
    storage = Storage(machine.port.connect)
    for epoch in range(1, 1002):  # SQLite's own log grows to its size, the database file does not
        storage.promise(epoch)
    storage.checkpoint_after(20)
    machine.disk.set(DiskState(full=True))
    before = machine.port.size(DATABASE)
    for number in range(1, 11):
        storage.append(storage.epoch, [Operation("put", f"x{number}", "y" * 4_000)])
        assert storage.last == reach(storage._writer).last
    assert machine.port.size(DATABASE) == before, "no checkpoint may have had its space"
    storage.close()
    assert Storage(machine.port.connect).last == Position(1001, 10)
    machine.port.crash()
    machine.disk.close()


@simulated
async def test_an_old_copy_can_be_put_back() -> None:
    machine = Machine()
    storage = Storage(machine.port.connect)
    storage.promise(1)
    storage.append(1, [Operation("put", "x", "old")])
    copy = machine.disk.files.copy()
    storage.append(1, [Operation("put", "x", "new")])
    machine.port.crash()
    machine.disk.replace(copy).unregister()
    machine.start()
    assert Storage(machine.port.connect).register("x").value == "old"
    machine.port.crash()
    machine.disk.close()


@simulated
async def test_small_files() -> None:
    machine = Machine()
    assert machine.port.read_text("a") is None
    assert machine.port.write_text("a", "ä") == "n1/a"
    assert machine.port.read_text("a") == "ä"
    machine.port.crash()
    machine.start()
    assert machine.port.read_text("a") == "ä"
    await machine.port.wipe()
    assert machine.port.read_text("a") is None
    machine.disk.close()


@simulated
async def test_sql_knows_no_other_clock() -> None:
    machine = Machine()
    await asyncio.sleep(100)
    ((now,),) = machine.port.connect("a.db").execute("SELECT unixepoch('now')")
    assert now == EPOCH_S + 100
    machine.port.crash()
    machine.disk.close()


@simulated
async def test_connections_to_one_database_see_the_same_and_close_one_by_one() -> None:
    machine = Machine()
    writer, reader = machine.port.connect("a.db"), machine.port.connect("a.db")
    writer.execute("CREATE TABLE t(x); INSERT INTO t VALUES (7)")
    reader.close()
    assert list(writer.execute("SELECT x FROM t")) == [(7,)]
    writer.close()
    assert list(machine.port.connect("a.db").execute("SELECT x FROM t")) == [(7,)]
    machine.port.crash()
    machine.disk.close()
