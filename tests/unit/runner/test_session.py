"""Whoever watches the cluster's own logs is told what a run does to it: once, and in order."""

from dataclasses import replace
from pathlib import Path

from chaos.faults.cut import Cut
from chaos.running.run import Run
from chaos.running.runner import Stage
from chaos.sessions.session import Task, perform
from chaos.workloads import register
from scenarios.lost_writes import SCENARIO
from tests.unit.runner.memory_client import MemoryClient
from tests.unit.runner.memory_cluster import MemoryCluster
from tests.unit.unhurried import UnhurriedClock


async def one_cut(run: Run) -> None:
    await run.acknowledged(30)
    async with run.fault(Cut("n2", "n3")):
        await run.acknowledged(5)


async def test_the_cluster_is_told_what_begins_what_is_done_and_what_came_of_it(tmp_path: Path) -> None:
    workload = register.write_once(clients=4, rate_per_s=200)
    scenario = replace(SCENARIO, script=one_cut, workload=workload)
    variant = next(variant for variant in scenario.variants if variant.name == "semi-sync")
    async with MemoryCluster(tmp_path / "data") as cluster:
        stage = Stage(cluster, MemoryClient(cluster), UnhurriedClock(), None)
        await perform(Task(scenario, variant, "memory", 7), stage, tmp_path)
        begun, cut, healed, over = cluster.told
    assert begun == f"lost-writes:semi-sync begins, seed 7: {scenario.title}"
    assert (cut, healed) == ("cut: links between n2 and n3", "healed: links between n2 and n3")
    assert over == "lost-writes:semi-sync is over, as expected: no write lost."
