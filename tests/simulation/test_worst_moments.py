"""The lead is handed over, and at the worst moment of it somebody dies, stands still or is cut off."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import product
from typing import Any

import pytest

from chaos.cluster import CUT, HEALTHY, ClusterError
from chaos.cluster.links import CONTROLLER
from chaos.faults.fault import Mark
from chaos.running.run import Run
from chaos.runtimes.simulation import SimulatedCluster
from tests.simulation.stories import accused, played
from tests.simulation.test_letting_go import story, when

FOR_S = 1.5
MOMENTS: Mapping[str, Sequence[str]] = {
    "controller": ("hands-over", "failover-begun", "fenced", "promoted", "leader-appointed"),
    "election": ("hands-over", "stands-for-election", "voted", "promoted"),
}
STROKES = ("kill", "pause", "cut", "deaf", "mute")
VICTIMS = ("leader", "successor", "third", CONTROLLER)
WAYS: Mapping[str, Mapping[str, Any]] = {
    "lease": {"lease": True},
    "stonith": {"stonith": True},
    "both-by-hand": {"lease": True, "stonith": True, "coordination": "manual"},
    "bounded-lease": {"lease": True, "reads": "bounded"},
    "election": {"replication": "quorum-ack", "coordination": "election", "detection_timeout_ms": 1500},
}


class Blow:
    """One stroke on one node, at once; it is undone later."""

    def __init__(self, run: Run, kind: str, victim: str) -> None:
        assert isinstance(run.cluster, SimulatedCluster)
        self._run, self._cluster, self._kind, self._victim = run, run.cluster, kind, victim
        self.fell = False
        self._links = [
            link
            for link in run.cluster.links
            if link.touchable
            and ((link.target == victim and kind != "mute") or (link.source == victim and kind != "deaf"))
        ]

    def fall(self) -> None:
        if self.fell:
            return
        self.fell = True
        machine = self._cluster._machines[self._victim]
        if self._kind == "kill":
            machine.kill()
        elif self._kind == "pause" and machine.state == "running":
            machine.loop.pause()
        elif self._kind not in ("kill", "pause"):
            for link in self._links:
                self._cluster._wires[link].set(CUT)
        self._tell("start-partition" if self._kind in ("cut", "deaf", "mute") else self._kind)

    async def undo(self) -> None:
        state = await self._cluster.process_state(self._victim)
        if state == "dead":
            await self._cluster.restart(self._victim)
        elif state == "paused":
            await self._cluster.resume(self._victim)
        for link in self._links:
            await self._cluster.set_link(link, HEALTHY)

    def _tell(self, f: str) -> None:
        self._run._announce(Mark(f, {"nodes": [self._victim]}, f"{self._kind}: {self._victim}"))


async def script(run: Run, moment: str, kind: str, whom: str) -> None:
    await run.acknowledged(30)
    leader = await run.leader()
    successor, third = run.followers(leader)
    victim = {"leader": leader, "successor": successor, "third": third}.get(whom, whom)
    blow, cluster = Blow(run, kind, victim), run.cluster
    assert isinstance(cluster, SimulatedCluster)
    loop = asyncio.get_running_loop()

    def strike() -> None:
        loop.call_soon(blow.fall)

    when(cluster, moment, strike)
    order = asyncio.ensure_future(cluster.order("hand-over", successor))
    await run.traffic(seconds=FOR_S)
    await blow.undo()
    await asyncio.gather(order, return_exceptions=True)
    try:
        await run.acknowledged(15, within_s=5)
    except ClusterError:  # an operator is asked for
        await run.promote(third)
        await run.acknowledged(15)


def moments(way: str) -> Sequence[str]:
    return MOMENTS["election" if way == "election" else "controller"]


@pytest.mark.timeout(0)
@pytest.mark.parametrize("share", [4, pytest.param(1, marks=pytest.mark.long)], ids=["a-quarter", "all"])
@pytest.mark.parametrize("way", WAYS)
def test_nobody_is_told_anything_wrong(way: str, share: int) -> None:
    blows = list(product(moments(way), STROKES, VICTIMS))
    for number, (moment, kind, whom) in enumerate(blows):
        if (
            number + number // len(VICTIMS)
        ) % share == 0:  # each moment, each stroke, and each victim by turns
            scenario = story(partial(script, moment=moment, kind=kind, whom=whom), WAYS[way])
            assert accused(played(scenario, seed=number)[0]) == [], (moment, kind, whom)
