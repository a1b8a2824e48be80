"""How a run ends: everybody runs, and the final reads are of one position, if there is one."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from chaos.cluster import Cluster, ClusterError
from chaos.recording.folder import RunFolder
from chaos.running.settle import final_reads, heal
from tests.unit.faults.paper import ShotAsItStoodStill
from tests.world.virtually import simulated


class Moving:
    """Two replicas; a write that is late arrives after so many reads. A third one cannot be read."""

    with_data = ("n1", "n2", "n3")

    def __init__(self, arrives_after: float) -> None:
        self._reads, self._arrives_after = 0, arrives_after

    async def contents(self, node: str) -> Mapping[str, Any]:
        if node == "n3":
            raise ClusterError("n3 is dead")
        self._reads += 1
        late = {"x": 2} if self._reads > self._arrives_after else {}
        return {"registers": late, "sets": {}, "epoch": 1, "position": (1, 7 + len(late))}


async def final_values(cluster: Moving, tmp_path: Path) -> list[tuple[str, object]]:
    """What was recorded of `x`, by replica, in the order of the reads."""
    folder = RunFolder.create(tmp_path, "story", "variant", 0)
    with folder.recorder(lambda: 0) as recorder:
        await final_reads(cast(Cluster, cluster), recorder)
    history = folder.recorded()
    assert {str(read.node) for read in history.finals} == {"n1", "n2", "n3"}
    return [(str(read.node), read.value) for read in history.finals if read.key == "x"]


@simulated
async def test_a_write_that_arrives_between_two_reads_makes_no_difference(tmp_path: Path) -> None:
    assert await final_values(Moving(arrives_after=1), tmp_path) == [("n1", 2), ("n2", 2)]


@simulated
async def test_who_never_comes_to_the_same_position_is_read_as_he_is(tmp_path: Path) -> None:
    class Apart(Moving):
        async def contents(self, node: str) -> Mapping[str, Any]:
            held = dict(await super().contents(node))
            return {**held, "registers": {"x": node}, "position": (1, int(node[1]))}

    assert await final_values(Apart(0), tmp_path) == [("n1", "n1"), ("n2", "n2")]


@simulated
async def test_who_was_shot_as_it_stood_still_is_started_again(tmp_path: Path) -> None:
    cluster = ShotAsItStoodStill(processes={"n2": "paused"})
    told: list[str] = []
    folder = RunFolder.create(tmp_path, "story", "variant", 0)
    with folder.recorder(lambda: 0) as recorder:
        await heal(cluster, recorder, lambda text, _: told.append(text))
    assert (cluster.done, cluster.processes["n2"]) == (["n2 dead", "n2 running"], "running")
    assert [mark.f for mark in folder.recorded().nemesis] == ["resume", "start"]
    assert told == ["n2 was paused and runs again", "n2 was dead and runs again"]
