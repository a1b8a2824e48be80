"""A machine that stands still in the middle of a run: it is noticed, and the verdict is unknown."""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from chaos.cluster.shape import DEFAULT
from chaos.faults.cut import Cut
from chaos.judging.verdict import STOOD_STILL
from chaos.recording.folder import RunFolder
from chaos.recording.stalls import Stall
from chaos.running.judgement import stood_still, stood_still_often
from chaos.running.run import Run
from chaos.running.runner import Stage, play
from chaos.runtimes.heartbeat import NOTED_S, watching
from chaos.runtimes.registry import CLIENT_TIMEOUT_S, RUNTIMES
from chaos.workloads import register
from scenarios.lost_writes import SCENARIO
from services.adapters.clock import SystemClock
from services.settings.single_leader import SingleLeaderSettings
from tests.world.virtually import clock, simulated
from tests.world.world import World

STANDS_STILL_S = 0.5
CLOCK = SystemClock()


def stand_still() -> None:
    """Let no other thread of this process run, as if the whole of it had been stopped."""
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(60)
    try:
        over_s = time.monotonic() + STANDS_STILL_S
        while time.monotonic() < over_s:
            pass
    finally:
        sys.setswitchinterval(usual_s)


def elapsed_ns() -> int:
    return round(CLOCK.monotonic() * 1e9)


def test_who_stands_still_is_noticed() -> None:
    with watching(elapsed_ns) as stalls:
        time.sleep(0.1)
        before_ns = elapsed_ns()
        stand_still()
        time.sleep(0.1)
    assert any(
        stall.lasted_s >= STANDS_STILL_S - NOTED_S
        and stall.began_ns <= before_ns + NOTED_S * 1e9
        and stall.began_ns + stall.lasted_s * 1e9 >= before_ns + (STANDS_STILL_S - NOTED_S) * 1e9
        for stall in stalls
    ), stalls


def test_a_stall_at_the_very_end_is_noticed_too() -> None:
    with watching(elapsed_ns) as stalls:
        time.sleep(0.01)
        stand_still()
    assert max(stall.lasted_s for stall in stalls) >= STANDS_STILL_S - 2 * NOTED_S


@pytest.mark.parametrize(("runtime", "watches"), [("local", True), ("compose", True), ("sim", False)])
def test_virtual_time_is_not_watched(runtime: str, watches: bool) -> None:
    with RUNTIMES[runtime].watched(elapsed_ns) as stalls:
        stand_still()
    assert bool(stalls) is watches


@pytest.mark.parametrize(
    ("detection_timeout_ms", "stalls_s", "told"),
    [(600, [0.3, 0.1], ""), (600, [0.1, 0.31, 0.2], "0.3 s"), (2000, [0.7], ""), (200, [0.7], "0.7 s")],
)
def test_it_counts_from_half_of_the_detection_timeout_on(
    detection_timeout_ms: int, stalls_s: list[float], told: str
) -> None:
    settings = SingleLeaderSettings(detection_timeout_ms=detection_timeout_ms, heartbeat_ms=50)
    problems = stood_still([Stall(3_200_000_000, lasted_s) for lasted_s in stalls_s], settings)
    assert bool(problems) is bool(told)
    for problem in problems:
        assert problem.startswith(f"this machine stood still for {told}, 3.2 s after the beginning; nothing")


@pytest.mark.parametrize(("lasted_s", "is_told"), [(0.75, False), (0.76, True)])
def test_or_from_half_of_the_shortest_bound_on(lasted_s: float, is_told: bool) -> None:
    """It would be taken for the outage that a checker measures, long before a node takes another for dead."""
    settings = SingleLeaderSettings(detection_timeout_ms=5000)
    problems = stood_still([Stall(0, lasted_s)], settings, {"write-stall": 1500, "long-outage": 5000})
    assert bool(problems) is is_told


IN_VAIN = "waited 30 s in vain for 120 more reads answered"


@pytest.mark.parametrize(
    ("stalls_s", "problems", "is_told"),
    [
        ([0.2] * 20, [IN_VAIN], True),
        ([0.2] * 15, [IN_VAIN], False),
        ([0.2] * 20, [], False),
        ([0.2] * 20, [IN_VAIN, f"{STOOD_STILL} for 0.4 s, …"], False),
    ],
)
def test_many_moments_excuse_who_waited_in_vain(
    stalls_s: list[float], problems: list[str], is_told: bool
) -> None:
    """A third of the time is much. It excuses nothing that ended well, and is said once."""
    said = stood_still_often([Stall(0, lasted_s) for lasted_s in stalls_s], 10.0, problems)
    assert bool(said) is is_told
    for problem in said:
        assert problem.startswith(f"{STOOD_STILL} for 4.0 s in all, out of 10.0 s; ")


class Noticed(list[Stall]):
    """Stands in for the heart, which would need a thread: in virtual time a stall is only said to be."""

    @contextmanager
    def watching(self, elapsed_ns: Callable[[], int]) -> Iterator[Sequence[Stall]]:
        self.elapsed_ns = elapsed_ns
        yield self


@simulated
async def test_the_verdict_of_such_a_run_is_unknown(tmp_path: Path) -> None:
    noticed = Noticed()

    async def cut_and_stand_still(run: Run) -> None:
        await run.acknowledged(30)
        async with run.fault(Cut("n2", "n3")):
            await run.acknowledged(5)
            noticed.append(Stall(noticed.elapsed_ns(), STANDS_STILL_S))
        await run.acknowledged(5)

    workload = register.write_once(clients=4, rate_per_s=200)
    scenario = replace(SCENARIO, script=cut_and_stand_still, workload=workload)
    variant = next(variant for variant in scenario.variants if variant.name == "semi-sync")
    folder = RunFolder(tmp_path)
    async with World(shape=DEFAULT) as world:
        stage = Stage(world, world.client(CLIENT_TIMEOUT_S), clock(), None, noticed.watching)
        verdict = await play(stage, scenario, variant, 7, folder)
    assert [finding.found for finding in verdict.anomalies] == [False]
    assert verdict.as_expected is None
    assert verdict.problems[0].startswith("this machine stood still for 0.5 s, ")
    (stall,) = folder.read_lines("stalls.jsonl")
    assert stall["lasted"] == STANDS_STILL_S * 1e9
    times = [json.loads(line)["time"] for line in folder.history.open()]
    assert times[0] < stall["time"] < times[-1]
