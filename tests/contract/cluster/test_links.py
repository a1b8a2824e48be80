"""Every state of a link is what the proxy reports and what the nodes feel."""

import asyncio

import pytest

from chaos.cluster import CUT, HEALTHY, Cluster, LinkState
from chaos.faults.cut import Cut
from chaos.faults.isolate import Isolate
from chaos.faults.lose_reply import LoseReply
from chaos.faults.lose_request import LoseRequest
from chaos.faults.partition import Partition
from chaos.faults.refuse import Refuse
from chaos.faults.slow import Slow
from chaos.workloads.client import Client, ClientError
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.waiting import all_hold, link, soon

STATES = [
    LinkState(cut_requests=True),
    LinkState(cut_replies=True),
    CUT,
    LinkState(latency_s=0.2),
    LinkState(latency_s=0.2, jitter_s=0.05),
    LinkState(bandwidth_kb_per_s=100),
    LinkState(refused=True),
    LinkState(cut_replies=True, latency_s=0.1, bandwidth_kb_per_s=10),
]
SILENCE_S = 0.3
TRIES = 4  # at what a machine that stands still may spoil
PATIENCE_S = 5.0  # a healthy link answers at once, but the machine may be busy


@pytest.mark.parametrize("state", STATES, ids=str)
async def test_a_state_is_read_back_and_taken_back(cluster: Cluster, state: LinkState) -> None:
    chosen = link(cluster, "n1-n2")
    for wanted in (state, HEALTHY):
        await cluster.set_link(chosen, wanted)
        assert await cluster.link_state(chosen) == wanted


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (HEALTHY, "passed"),
        (LinkState(cut_requests=True), "no-answer"),
        (LinkState(cut_replies=True), "no-answer"),
        (CUT, "no-answer"),
        (LinkState(refused=True), "refused"),
    ],
    ids=str,
)
async def test_what_a_probe_says(cluster: Cluster, state: LinkState, outcome: str) -> None:
    struck, other = link(cluster, "n1-n2"), link(cluster, "n2-n1")
    await cluster.set_link(struck, state)
    patience_s = SILENCE_S if outcome == "no-answer" else PATIENCE_S
    assert await cluster.probe(struck, patience_s) == outcome
    assert await cluster.probe(other, PATIENCE_S) == "passed"
    await cluster.set_link(struck, HEALTHY)
    assert await cluster.probe(struck, PATIENCE_S) == "passed"


async def test_healing_ends_the_wait_of_whoever_was_cut_off(cluster: Cluster) -> None:
    """A stream with a hole in it is closed: nobody waits any longer for what was swallowed."""
    struck, loop = link(cluster, "n1-n2"), asyncio.get_running_loop()
    outcome = "passed"
    while outcome == "passed":  # on a busy machine the probe may begin only after the healing
        await cluster.set_link(struck, CUT)
        probe = asyncio.create_task(cluster.probe(struck, 2 * PATIENCE_S))
        await asyncio.sleep(SILENCE_S)
        await cluster.set_link(struck, HEALTHY)
        healed_at = loop.time()
        outcome = await probe
    assert outcome == "refused" and loop.time() - healed_at < PATIENCE_S


async def test_the_way_of_the_power_switch(cluster: Cluster) -> None:
    struck = link(cluster, "controller-n1-oob")
    assert await cluster.probe(struck, PATIENCE_S) == "passed"
    await cluster.set_link(struck, CUT)
    assert await cluster.probe(struck, SILENCE_S) == "no-answer"
    assert await cluster.probe(link(cluster, "controller-n1"), PATIENCE_S) == "passed"


async def test_cut_both_ways_and_one_way(cluster: Cluster) -> None:
    there, back = link(cluster, "n1-n2"), link(cluster, "n2-n1")
    async with Cut("n1", "n2").applied(cluster):
        assert await cluster.probe(there, SILENCE_S) == "no-answer"
        assert await cluster.probe(back, SILENCE_S) == "no-answer"
    async with Cut("n1", "n2", one_way=True).applied(cluster):
        assert await cluster.probe(there, SILENCE_S) == "no-answer"
        assert await cluster.probe(back, PATIENCE_S) == "passed"
    assert await cluster.probe(there, PATIENCE_S) == "passed"


async def test_an_isolated_leader_is_replaced(cluster: Cluster, client: Client) -> None:
    await cluster.configure(SingleLeaderSettings(detection_timeout_ms=1500))
    gateway = next(iter(cluster.gateways))
    await client.put(gateway, "x", 1)
    old = await cluster.resolve("leader")  # a busy machine has another one before all links are cut
    async with Isolate(old).applied(cluster):

        async def replaced() -> None:
            assert await cluster.resolve("leader") != old

        await soon(replaced)
        await soon(lambda: _put(client, gateway, "x", 2))
    await all_hold(cluster, {"x": 2})


async def test_within_a_side_of_a_partition_everything_works(cluster: Cluster) -> None:
    async with Partition((("n1", "g1"), ("rest",))).applied(cluster):
        assert await cluster.probe(link(cluster, "g1-n1"), PATIENCE_S) == "passed"
        assert await cluster.probe(link(cluster, "g2-n1"), SILENCE_S) == "no-answer"
        assert await cluster.probe(link(cluster, "g2-n2"), PATIENCE_S) == "passed"


async def test_a_slow_link_delays_each_round_trip_once(cluster: Cluster) -> None:
    taken_s = [1.6]
    for _ in range(TRIES):
        if max(taken_s) >= 1.6:
            async with Slow("n1", "n2", latency_s=0.8).applied(cluster):
                # On a new connection and on one that is open.
                taken_s = [await _takes_s(cluster, "n1-n2") for _ in range(2)]
            assert min(taken_s) >= 0.8
    assert max(taken_s) < 1.6


async def _takes_s(cluster: Cluster, name: str) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    assert await cluster.probe(link(cluster, name), PATIENCE_S) == "passed"
    return loop.time() - began


async def test_a_lost_reply_means_applied_but_not_acknowledged(cluster: Cluster, client: Client) -> None:
    gateway = next(iter(cluster.gateways))
    leader = await cluster.resolve("leader")
    async with LoseReply(gateway, "leader").applied(cluster):
        with pytest.raises(ClientError) as failure:
            await client.put(gateway, "x", 7)
        assert not failure.value.definite
        await all_hold(cluster, {"x": 7})
    assert await cluster.resolve("leader") == leader


async def test_who_is_refused_knows_that_nothing_happened(cluster: Cluster, client: Client) -> None:
    gateway, leader = next(iter(cluster.gateways)), await cluster.resolve("leader")
    async with Refuse(gateway, "leader").applied(cluster):
        assert await cluster.probe(link(cluster, f"{gateway}-{leader}"), PATIENCE_S) == "refused"
        with pytest.raises(ClientError) as failure:
            await client.put(gateway, "x", 7)
        assert failure.value.definite
    assert await cluster.probe(link(cluster, f"{gateway}-{leader}"), PATIENCE_S) == "passed"
    await all_hold(cluster, {})


async def test_a_lost_request_never_arrives_and_nobody_can_tell(cluster: Cluster, client: Client) -> None:
    gateway = next(iter(cluster.gateways))
    async with LoseRequest(gateway, "leader").applied(cluster):
        with pytest.raises(ClientError) as failure:
            await client.put(gateway, "x", 7)
        assert not failure.value.definite
    await all_hold(cluster, {})


async def _put(client: Client, gateway: str, key: str, value: int) -> None:
    try:
        await client.put(gateway, key, value)
    except ClientError as error:
        raise AssertionError(error.text) from error


@pytest.mark.parametrize("after_s", [0.0, 0.01, 0.02, 0.04, 0.08])
async def test_a_fault_that_is_interrupted_while_it_strikes_leaves_no_trace(
    cluster: Cluster, after_s: float
) -> None:
    async def strike() -> None:
        async with Isolate("leader").applied(cluster):
            await asyncio.Event().wait()

    striking = asyncio.create_task(strike())
    await asyncio.sleep(after_s)  # the moment is meant to be arbitrary
    striking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await striking
    for struck in cluster.links:
        assert await cluster.link_state(struck) == HEALTHY
