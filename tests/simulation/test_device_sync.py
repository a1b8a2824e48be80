"""A sync that breaks off at any message, and at any step of that: nothing is lost, and nothing comes twice.

A message between a device and its home has four steps: it is sent, it arrives, it is answered, and the answer
is there. At each step of each message of a sync, in a run of its own, one of the two is killed, and what was
not synced to its disk is gone with it; or the line is cut. Then all is well again, and the sync goes on.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest

from chaos.cluster import HEALTHY
from chaos.runtimes.simulated.eavesdropper import Travel
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import Caller, Client
from services.messages import Message
from services.settings.multi_leader import MultiLeaderSettings
from tests.contract.cluster.waiting import soon
from tests.simulation.test_devices import EVERYBODY, all_hold, beside, cut_off
from tests.world.virtually import simulated

DEVICE, HOME, LINE = "phone", "n1", "line"
CUT_S = 1.0
EDITS = 5
SETTINGS = MultiLeaderSettings(batch_entries=2)


class Steps:
    """Counts the steps of all messages between the two, and wakes somebody at one of them."""

    def __init__(self, stop_at: int | None) -> None:
        self.count = 0
        self.reached = asyncio.Event()
        self._stop_at, self._loop = stop_at, asyncio.get_running_loop()

    def step(self) -> None:
        self.count += 1
        if self.count == self._stop_at:
            self._loop.call_soon(self.reached.set)

    def listener(self, _: float, __: Message) -> Travel:
        self.step()
        return Stepping(self)


class Stepping(Travel):
    """What is noted of a message, as steps."""

    def __init__(self, steps: Steps) -> None:
        object.__setattr__(self, "steps", steps)
        super().__init__()

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)
        if name in ("arrived_s", "answered_s") and value is not None:
            self.steps.step()  # type: ignore[attr-defined]

    @contextmanager
    def watched(self, now_s: Any) -> Iterator[None]:
        yield
        self.steps.step()  # type: ignore[attr-defined]


@asynccontextmanager
async def apart() -> AsyncIterator[tuple[SimulatedCluster, Client]]:
    """Both sides have edits that the other lacks, and one title has been changed on both."""
    async with beside(SETTINGS) as (cluster, client):
        await client.put("g1", "title", "A")
        await all_hold(cluster, "title", "A")
        await cut_off(cluster, DEVICE)
        for door, value in ((DEVICE, "B"), ("g1", "C")):
            seen = await client.get(door, "title")
            await client.put(door, "title", value, Caller(context=seen.context))
            for number in range(EDITS):
                await client.put(door, f"{door}-{number}", number)
        yield cluster, client


async def break_off(cluster: SimulatedCluster, what: str) -> None:
    """One of the two dies and starts again, or the line is cut for a while."""
    if what == LINE:
        await cut_off(cluster, DEVICE)
        await asyncio.sleep(CUT_S)
        await cut_off(cluster, DEVICE, HEALTHY)
    else:
        await cluster.kill(what)
        await cluster.restart(what)


async def synced(stop_at: int | None, what: str) -> int:
    """How many steps it took; at one of them it is broken off."""
    async with apart() as (cluster, _):
        steps = Steps(stop_at)
        for link, wire in cluster._wires.items():
            if {link.source, link.target} == {DEVICE, HOME}:
                wire.listener = steps.listener
        await cut_off(cluster, DEVICE, HEALTHY)
        if stop_at is not None:
            await steps.reached.wait()
            await break_off(cluster, what)
        await soon(cluster.must_have_settled)
        count = steps.count
        await all_hold(cluster, "title", ["B", "C"])
        for door in (DEVICE, "g1"):
            for number in range(EDITS):
                await all_hold(cluster, f"{door}-{number}", number)
        for node in EVERYBODY:
            account = await cluster.status(node)
            assert account["origins"] == {HOME: 2 + EDITS, DEVICE: 1 + EDITS}
            assert account["conflicts"] == 1
        return count


@pytest.mark.parametrize("what", [DEVICE, HOME, LINE])
def test_a_sync_may_be_broken_off_at_every_step_of_every_message(what: str) -> None:
    counts: list[int] = []

    @simulated
    async def whole() -> None:
        counts.append(await synced(None, what))

    whole()
    assert counts[0] >= 4 * 2 * (EDITS // SETTINGS.batch_entries), "several messages each way"
    for stop_at in range(1, counts[0] + 1):

        @simulated
        async def broken_off(stop_at: int = stop_at) -> None:
            await synced(stop_at, what)

        broken_off()
