"""A consumer is asked for what it has learned while it is about to learn more."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from random import Random
from threading import Event

import pytest

from services.adapters.disk import FileDisk
from services.adapters.tasks import OrderedTasks
from services.companions.consumer import Indexer
from services.companions.targets import SearchIndex, Target
from services.errors import LabError
from services.messages import AskNotes, Configure, Contents, Entry, Message, Notes, Position, ReadContents
from services.messages.records import AnyRecord, Commit, Insert, Scalar
from services.messages.single_leader.feed import LogPage, ReadLog
from services.ports import Disk, Env
from services.settings import settings_of
from tests.unit.unhurried import UnhurriedClock
from tests.world.alone import Lines, ports, settings_for
from tests.world.virtually import simulated, until

WAITS_S = 10.0
RECORDS: tuple[AnyRecord, ...] = (
    Insert("items", {"name": "tea", "price": 1}),
    Insert("items", {"name": "milk", "price": 2}),
    Commit(2),
)
LOG = [Entry(Position(1, number), record=record) for number, record in enumerate(RECORDS, start=1)]


class Leader:
    """Has a log of one transaction."""

    def traffic(self) -> Mapping[str, tuple[int, int]]:
        return {}

    def notes(self, asked: AskNotes) -> Notes:
        raise NotImplementedError

    async def call(self, to: str, message: Message, timeout_s: float) -> Message:
        assert isinstance(message, ReadLog)
        entries = LOG[message.after.sequence :]
        return LogPage(node=to, epoch=1, entries=entries, acknowledged=LOG[-1].position)


class Hesitating(SearchIndex):
    """Stops after the first change of a transaction until it may go on."""

    def __init__(self, disk: Disk) -> None:
        super().__init__(disk)
        self.half_done, self.go_on = Event(), Event()

    def _put(self, name: str, price: Scalar) -> None:
        super()._put(name, price)
        self.half_done.set()
        assert self.go_on.wait(WAITS_S)


class HesitatingIndexer(Indexer):
    def open_target(self, disk: Disk) -> Target:
        self.index = Hesitating(disk)
        return self.index


async def test_nobody_is_shown_half_a_transaction(tmp_path: Path) -> None:
    """With a real thread: on a simulated disk work is done in one piece, and nothing is ever half done."""
    crashes: list[BaseException] = []
    disk, tasks = FileDisk(tmp_path), OrderedTasks(lambda _, error: crashes.append(error))
    env = Env("index", UnhurriedClock(), Leader(), disk, Random(1), tasks, Lines())
    consumer = HesitatingIndexer(env, settings_for("index", "indexer"))
    await consumer.start()
    assert await asyncio.to_thread(consumer.index.half_done.wait, WAITS_S)
    asking = asyncio.create_task(consumer.handle(ReadContents()))
    await asyncio.sleep(0)  # it is asked now
    consumer.index.go_on.set()
    contents = await asking
    assert isinstance(contents, Contents)
    assert contents.sets == {"changes/items": [["items/tea", 1], ["items/milk", 2]]}
    assert contents.registers == {"items/milk": 2, "items/tea": 1}
    assert contents.tables == {"items/milk": {"price": 2}, "items/tea": {"price": 1}}
    await consumer.stop()
    disk.close()
    assert crashes == []


@simulated
async def test_a_family_without_a_leaders_log_is_refused_and_the_consumer_goes_on() -> None:
    """Found by requests drawn from the schema: it had taken the settings, and met a bug with them."""
    consumer = Indexer(ports("index", Leader()), settings_for("index", "indexer"))
    await consumer.start()
    with pytest.raises(LabError, match=r"bad-order.*index follows one leader's log"):
        await consumer.handle(Configure(settings=settings_of({"family": "leaderless"}), reset=True))
    await until(lambda: consumer.status().flat()["position"] == [1, 3])
    assert consumer.status().flat()["settings"]["family"] == "single-leader"
    await consumer.stop()
