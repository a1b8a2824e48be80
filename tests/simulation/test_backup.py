"""A backup is of one moment, although writes go on; a crash in the middle harms nothing but the copy."""

import asyncio
from random import Random

import apsw

from services.messages import Operation
from services.single_leader.storage import DATABASE, Storage
from tests.simulation.test_disk import Machine
from tests.world.virtually import simulated

COPY = "copy.db"


def must_be_whole(storage: Storage) -> int:
    """How many entries there are; state and log must tell the same story."""
    entries = storage.entries_after(0, -1)
    assert [entry.position.sequence for entry in entries] == [*range(1, len(entries) + 1)]
    written = {e.operation.key: e.operation.value for e in entries if e.operation}
    assert storage.contents()[0] == written
    return len(entries)


async def keep_writing(machine: Machine, storage: Storage) -> None:
    for number in range(1000):
        pair = [Operation("put", f"k{number % 40}", [number, half]) for half in "ab"]
        await machine.port.run(lambda pair=pair: storage.append(1, pair))  # type: ignore[misc]


@simulated
async def test_a_backup_is_whole_while_writes_go_on() -> None:
    for seed in range(10):
        machine = Machine(seed)
        storage = Storage(machine.port.connect)
        storage.promise(1)
        writer = asyncio.create_task(keep_writing(machine, storage))
        await asyncio.sleep(0.3)
        before = storage.last.sequence
        await machine.port.backup(DATABASE, COPY)
        copy = Storage(lambda _, machine=machine: machine.port.connect(COPY))  # type: ignore[misc]
        assert before < must_be_whole(copy) <= storage.last.sequence
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        assert must_be_whole(storage) == storage.last.sequence


@simulated
async def test_a_crash_in_the_middle_of_a_backup_harms_only_the_copy() -> None:
    for seed in range(30):
        machine = Machine(seed)
        storage = Storage(machine.port.connect)
        storage.promise(1)
        writer = asyncio.create_task(keep_writing(machine, storage))
        await asyncio.sleep(0.3)
        backup = asyncio.create_task(machine.port.backup(DATABASE, COPY))
        await asyncio.sleep(Random(seed).uniform(0, 0.02))
        certain = storage.last.sequence
        machine.port.crash()
        writer.cancel()
        backup.cancel()
        results = await asyncio.gather(writer, backup, return_exceptions=True)
        assert all(
            isinstance(result, asyncio.CancelledError | apsw.Error) or not result for result in results
        )
        machine.start()
        assert must_be_whole(Storage(machine.port.connect)) >= certain
