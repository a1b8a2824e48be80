"""What a process does first when it goes on after a pause: as real ones do, and not always the same."""

import asyncio
from random import Random

import pytest

from chaos.faults.pause import Pause
from chaos.running.run import Run
from chaos.runtimes.simulated.wake_up import LONGEST_S, delays_s
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import ClientError
from services.settings.single_leader import SingleLeaderSettings
from tests.simulation.freezing import played
from tests.world.virtually import simulated

SEEDS = range(24)


def test_what_came_by_open_connections_is_not_behind_what_came_by_new_ones() -> None:
    ways = ["leader", *["g1"] * 20, "controller", *["g1"] * 20]
    first = [0, 1, 21]
    later = [index for index in range(len(ways)) if index not in first]
    for seed in range(100):
        delays = delays_s(Random(seed), ways)
        assert sorted(delays[index] for index in first) == [delays[index] for index in first]
        assert sorted(delays[index] for index in later) == [delays[index] for index in later]
        assert delays[0] == 0 and max(delays) <= 2 * LONGEST_S


def test_how_long_it_takes_differs_and_depends_on_the_seed_alone() -> None:
    ways = [None] * 10
    drawn = [max(delays_s(Random(seed), ways)) for seed in range(100)]
    assert drawn == [max(delays_s(Random(seed), ways)) for seed in range(100)]
    assert min(drawn) == 0 and max(drawn) > 0.01
    assert delays_s(Random(1), []) == []


@simulated
async def test_who_waited_for_too_long_is_told_so_though_the_answer_lies_in_the_socket() -> None:
    cluster = SimulatedCluster(1)
    await cluster.configure(SingleLeaderSettings(detection_timeout_ms=20_000, replication="async"))
    client = cluster.client(10)
    await cluster.pause("n1")
    asked = asyncio.ensure_future(client.put("g1", "x", 1))
    await asyncio.sleep(0.1)
    await cluster.pause("g1")
    await cluster.resume("n1")  # it answers in time
    await asyncio.sleep(5)
    await cluster.resume("g1")
    with pytest.raises(ClientError):
        await asked
    await cluster.close()


async def a_paused_follower(run: Run) -> None:
    """It stands still while clients write, and goes on while they read."""
    await run.acknowledged(30)
    follower = run.followers(await run.leader())[0]
    async with run.fault(Pause(follower)):
        await run.acknowledged(60)
    await run.read(60)


def test_a_follower_that_wakes_up_sometimes_has_the_log_before_it_answers() -> None:
    settings = {"replication": "semi-sync", "detection_timeout_ms": 5000, "reads": "any"}
    verdicts = [played(seed, a_paused_follower, settings, ("stale-read",)) for seed in SEEDS]
    stale = [verdict.anomalies[0].found for verdict in verdicts]
    assert set(stale) == {True, False}
