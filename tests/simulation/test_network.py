"""What a caller learns on a simulated link is what it learns behind Toxiproxy."""

import asyncio
from collections.abc import Awaitable
from random import Random

import pytest

from chaos.cluster import CUT, HEALTHY, LinkState
from chaos.runtimes.simulated import virtual
from chaos.runtimes.simulated.clock import MachineClock
from chaos.runtimes.simulated.loop import VirtualLoop, new_loop
from chaos.runtimes.simulated.network import LONGEST_S, SHORTEST_S, SimulatedNetwork, Wire
from services.errors import LabError
from services.messages import Message, Probed, decode, encode, failed
from services.messages.single_leader import AskRoute, Route
from tests.world.virtually import simulated

TIMEOUT_S = 5.0
TRIP_S = 2 * LONGEST_S


class Echo:
    """A peer that answers after a while, and remembers what it was asked."""

    def __init__(self, work_s: float) -> None:
        lab = virtual.lab_loop()
        self.loop: VirtualLoop = new_loop("echo", lab.timeline, MachineClock(lab.timeline))
        self.alive = True
        self.asked: list[Message] = []
        self._work_s = work_s

    async def serve(self, data: bytes) -> bytes:
        message = decode(data)
        self.asked.append(message)
        await asyncio.sleep(self._work_s)
        if isinstance(message, Route):
            return encode(failed(LabError("not-leader", "n2 leads", leader="n2")))
        return encode(Route(epoch=len(self.asked), leader="n1"))


class Link:
    """A wire to an `Echo` and the network port of somebody who calls over it."""

    def __init__(self, has_proxy: bool = True, work_s: float = 0.0) -> None:
        lab = virtual.lab_loop()
        self.peer = Echo(work_s)
        self.wire = Wire("echo", self.peer, Random(1), has_proxy)
        self._network = SimulatedNetwork(lab, {"echo": self.wire}.get)

    async def call(self, message: Message | None = None, to: str = "echo") -> Message:
        return await self._network.call(to, message or AskRoute(), TIMEOUT_S)

    async def outcome(self, of: Awaitable[Message]) -> tuple[str, float]:
        """How the call ends, and after how many seconds."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            await of
        except LabError as error:
            return error.kind.code, loop.time() - began
        return "answered", loop.time() - began


@simulated
async def test_messages_are_copies() -> None:
    link = Link()
    message = AskRoute()
    assert await link.call(message) == Route(epoch=1, leader="n1")
    assert link.peer.asked == [message] and link.peer.asked[0] is not message


@simulated
async def test_a_refusal_travels() -> None:
    with pytest.raises(LabError) as refusal:
        await Link().call(Route(epoch=1, leader=None))
    assert (refusal.value.kind.code, refusal.value.leader) == ("not-leader", "n2")


@simulated
async def test_a_healthy_link_is_fast() -> None:
    link = Link()
    for _ in range(20):
        outcome, elapsed_s = await link.outcome(link.call())
        assert outcome == "answered" and 2 * SHORTEST_S <= elapsed_s <= TRIP_S


@simulated
async def test_latency_is_paid_once_a_round_trip() -> None:
    link = Link()
    link.wire.set(LinkState(latency_s=0.3, jitter_s=0.1))
    for _ in range(20):
        outcome, elapsed_s = await link.outcome(link.call())
        assert outcome == "answered" and 0.2 <= elapsed_s <= 0.4 + TRIP_S


@simulated
async def test_bandwidth_counts_bytes() -> None:
    link = Link()
    link.wire.set(LinkState(bandwidth_kb_per_s=1))
    size = len(encode(AskRoute())) + len(encode(Route(epoch=1, leader="n1")))
    _, elapsed_s = await link.outcome(link.call())
    assert size / 1000 <= elapsed_s <= size / 1000 + TRIP_S


@simulated
async def test_a_cut_is_a_black_hole() -> None:
    link = Link()
    link.wire.set(CUT)
    assert await link.outcome(link.call()) == ("timed-out", TIMEOUT_S)
    assert not link.peer.asked


@simulated
async def test_a_lost_reply_means_that_it_happened() -> None:
    link = Link()
    link.wire.set(LinkState(cut_replies=True))
    assert await link.outcome(link.call()) == ("timed-out", TIMEOUT_S)
    assert link.peer.asked


@simulated
async def test_a_cut_reaches_calls_that_are_under_way() -> None:
    link = Link(work_s=1)
    call = asyncio.create_task(link.outcome(link.call()))
    await asyncio.sleep(0.5)
    link.wire.set(CUT)
    assert await call == ("timed-out", TIMEOUT_S)


@simulated
async def test_healing_closes_what_was_open_and_nothing_swallowed_arrives() -> None:
    for state in (CUT, LinkState(cut_requests=True), LinkState(cut_replies=True)):
        link = Link(work_s=1)
        early = asyncio.create_task(link.outcome(link.call()))
        await asyncio.sleep(0.5)
        link.wire.set(state)
        late = asyncio.create_task(link.outcome(link.call()))
        await asyncio.sleep(0.2)
        link.wire.set(HEALTHY)
        assert [outcome for outcome, _ in (await early, await late)] == ["connection-lost"] * 2
        await asyncio.sleep(2)
        assert len(link.peer.asked) == (2 if state == LinkState(cut_replies=True) else 1)
        assert (await link.outcome(link.call()))[0] == "answered"


@simulated
async def test_a_disabled_proxy_refuses_and_closes() -> None:
    link = Link(work_s=1)
    call = asyncio.create_task(link.outcome(link.call()))
    await asyncio.sleep(0.5)
    link.wire.set(LinkState(refused=True))
    assert (await call)[0] == "connection-lost"
    assert (await link.outcome(link.call()))[0] == "unreachable"


@simulated
async def test_a_dead_node_behind_a_proxy_leaves_one_guessing() -> None:
    link = Link()
    link.peer.alive = False
    assert (await link.outcome(link.call()))[0] == "connection-lost"
    link.wire.set(CUT)  # the proxy learns of the closed port also when nothing passes through it
    assert (await link.outcome(link.call()))[0] == "connection-lost"


@simulated
async def test_a_dead_node_without_a_proxy_refuses() -> None:
    link = Link(has_proxy=False)
    link.peer.alive = False
    assert (await link.outcome(link.call()))[0] == "unreachable"


@simulated
async def test_a_paused_node_answers_when_it_goes_on() -> None:
    link = Link()
    link.peer.loop.pause()
    patient, impatient = (asyncio.create_task(link.outcome(link.call())) for _ in range(2))
    await asyncio.sleep(1)
    impatient.cancel()
    link.peer.loop.resume(Random(1))
    outcome, elapsed_s = await patient
    assert outcome == "answered" and elapsed_s >= 1
    assert len(link.peer.asked) == 2  # the other one was in the socket's buffer too


@simulated
async def test_calls_overtake_each_other() -> None:
    link = Link()
    order: list[int] = []

    async def call(number: int) -> None:
        await link.call(Probed(outcome="passed", elapsed_s=number))
        order.append(number)

    await asyncio.gather(*map(call, range(50)))
    assert order != sorted(order) and sorted(order) == list(range(50))


@simulated
async def test_who_has_no_link_is_told() -> None:
    link = Link()
    assert (await link.outcome(link.call(to="n9")))[0] == "unreachable"


@simulated
async def test_nodes_cannot_share_futures() -> None:
    foreign = Echo(0).loop.create_future()
    with pytest.raises(RuntimeError, match="attached to a different loop"):
        await foreign
