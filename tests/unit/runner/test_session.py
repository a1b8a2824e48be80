"""Whoever watches the cluster's own logs is told what a run does to it: once, and in order."""

from dataclasses import replace
from pathlib import Path

from chaos.cluster.shape import DEFAULT
from chaos.faults.cut import Cut
from chaos.running.run import Run
from chaos.running.runner import Stage
from chaos.runtimes.registry import CLIENT_TIMEOUT_S
from chaos.sessions.session import perform
from chaos.sessions.task import Task
from chaos.workloads import register
from scenarios.lost_writes import SCENARIO
from tests.world.virtually import clock, simulated
from tests.world.world import World


async def one_cut(run: Run) -> None:
    await run.acknowledged(30)
    async with run.fault(Cut("n2", "n3")):
        await run.acknowledged(5)


@simulated
async def test_the_cluster_is_told_what_begins_what_is_done_and_what_came_of_it(tmp_path: Path) -> None:
    workload = register.write_once(clients=4, rate_per_s=200)
    scenario = replace(SCENARIO, script=one_cut, workload=workload)
    variant = next(variant for variant in scenario.variants if variant.name == "semi-sync")
    async with World(shape=DEFAULT) as world:
        stage = Stage(world, world.client(CLIENT_TIMEOUT_S), clock(), None)
        await perform(Task(scenario, variant, "sim", 7), stage, tmp_path)
    begun, cut, healed, over = world.told
    assert begun == f"lost-writes:semi-sync begins, seed 7: {scenario.title}"
    assert (cut, healed) == ("cut: links between n2 and n3", "healed: links between n2 and n3")
    assert over == "lost-writes:semi-sync is over, as expected: no write lost."
