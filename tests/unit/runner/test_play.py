"""One variant from settings to verdict, on simulated machines."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from chaos.catalogue.scenario import Scenario, Variant
from chaos.cluster import HEALTHY, LinkState
from chaos.cluster.links import Link
from chaos.cluster.shape import DEFAULT
from chaos.faults.cut import Cut
from chaos.history import History
from chaos.judging.verdict import Verdict
from chaos.recording.folder import RunFolder
from chaos.running.narrator import Tone
from chaos.running.run import Run
from chaos.running.runner import Stage, play
from chaos.runtimes.registry import CLIENT_TIMEOUT_S
from chaos.workloads import register
from scenarios.lost_writes import SCENARIO as LOST_WRITES
from scenarios.split_brain import SCENARIO as SPLIT_BRAIN
from tests.world.virtually import clock, simulated
from tests.world.world import World


class Theatre:
    """A stage on a simulated cluster, a folder for the recording, and what was told."""

    def __init__(self, path: Path) -> None:
        self.world = World(shape=DEFAULT)
        self.folder = RunFolder(path)
        self.told: list[str] = []
        self._stage = Stage(self.world, self.world.client(CLIENT_TIMEOUT_S), clock(), self._tell)

    async def play(self, scenario: Scenario, name: str) -> Verdict:
        async with self.world:
            return await play(self._stage, scenario, variant_of(scenario, name), 7, self.folder)

    def _tell(self, second: float, text: str, tone: Tone) -> None:
        self.told.append(text)


def variant_of(scenario: Scenario, name: str) -> Variant:
    return next(variant for variant in scenario.variants if variant.name == name)


def shortened(script: object, **changes: object) -> Scenario:
    return replace(LOST_WRITES, script=script, workload=WORKLOAD, **changes)  # type: ignore[arg-type]


WORKLOAD = register.write_once(clients=4, rate_per_s=200)


@pytest.mark.parametrize(
    ("scenario", "variant"),
    [(LOST_WRITES, "async"), (LOST_WRITES, "semi-sync"), (SPLIT_BRAIN, "unfenced"), (SPLIT_BRAIN, "stonith")],
)
@simulated
async def test_a_variant_comes_out_as_expected(tmp_path: Path, scenario: Scenario, variant: str) -> None:
    theatre = Theatre(tmp_path)
    verdict = await theatre.play(scenario, variant)
    assert verdict.as_expected, verdict
    assert all(finding.witnesses for finding in verdict.anomalies if finding.found)


@simulated
async def test_faults_stand_in_the_history_and_every_replica_is_read_at_the_end(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path)
    await theatre.play(LOST_WRITES, "async")
    history = History.load(theatre.folder.history)
    struck = [event.f for event in history.nemesis]
    assert struck == ["start-partition"] * 2 + ["kill", "start"] + ["stop-partition"] * 2
    assert {read.node for read in history.finals} == {"n1", "n2", "n3"}
    assert max(op.index for op in history.client_operations) < history.finals[0].index


@simulated
async def test_the_nodes_log_lines_are_kept_with_the_time_of_the_run(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path)
    await theatre.play(LOST_WRITES, "async")
    lines = (theatre.folder.path / "events.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    assert any(event["event"] == "tail-set-aside" for event in events)
    assert all(0 <= event["time"] < 60e9 for event in events)
    assert any("promoted" in text for text in theatre.told)


@simulated
async def test_a_run_without_a_fault_proves_nothing(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path)

    async def script(run: Run) -> None:
        await run.acknowledged(30)

    verdict = await theatre.play(shortened(script), "async")
    assert verdict.as_expected is None
    assert verdict.problems == ("no fault struck",)


@simulated
async def test_too_little_before_the_fault_proves_nothing(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path)

    async def script(run: Run) -> None:
        async with run.fault(Cut("leader", "followers")):
            await run.acknowledged(10)

    verdict = await theatre.play(shortened(script), "async")
    assert verdict.as_expected is None
    assert "acknowledged before the fault" in verdict.problems[0]


@simulated
async def test_a_fault_that_does_not_bite_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theatre = Theatre(tmp_path)

    async def script(run: Run) -> None:
        await run.acknowledged(30)
        async with run.fault(Cut("leader", "followers")):
            await run.acknowledged(10)

    async def pretend(link: Link, state: LinkState) -> None:
        """Say that it is done, and do nothing."""

    monkeypatch.setattr(theatre.world, "set_link", pretend)
    verdict = await theatre.play(shortened(script), "async")
    assert verdict.as_expected is None
    assert "was to swallow everything" in verdict.problems[0]


@simulated
async def test_a_condition_that_never_comes_proves_nothing_and_everything_is_healed(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path)

    async def script(run: Run) -> None:
        await run.acknowledged(30)
        async with run.fault(Cut("leader", "followers")):
            await run.acknowledged(1000, within_s=0.2)

    verdict = await theatre.play(shortened(script), "sync")
    assert verdict.as_expected is None
    assert "waited 0.2 s in vain for 1000 more writes" in verdict.problems[0]
    assert theatre.world.all_passes


@simulated
async def test_what_the_script_left_dead_or_cut_is_revived_and_healed(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path)

    async def script(run: Run) -> None:
        await run.acknowledged(30)
        async with run.fault(Cut("leader", "followers")):
            await run.cluster.kill("n3")
        await run.cluster.set_link(run.cluster.links[0], replace(HEALTHY, cut_requests=True))

    await theatre.play(shortened(script), "async")
    history = History.load(theatre.folder.history)
    assert theatre.world.all_passes
    assert history.nemesis[-1].f == "start"
    assert {read.node for read in history.finals} == {"n1", "n2", "n3"}


@simulated
async def test_breaking_off_heals_and_keeps_what_was_recorded(tmp_path: Path) -> None:
    theatre = Theatre(tmp_path)
    struck = asyncio.Event()

    async def script(run: Run) -> None:
        await run.acknowledged(30)
        async with run.fault(Cut("leader", "followers")):
            struck.set()
            await run.traffic(60)

    playing = asyncio.create_task(theatre.play(shortened(script), "async"))
    await struck.wait()
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert theatre.world.all_passes
    history = History.load(theatre.folder.history)
    assert [event.f for event in history.nemesis] == ["start-partition", "stop-partition"]
    assert (theatre.folder.path / "events.jsonl").exists()
