"""Sweeping finds seeds, replaying has them again, shrinking leaves what matters of them."""

import json
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from rich.console import Console
from typer.testing import CliRunner

from chaos.cli import app
from chaos.cluster.shape import Shape
from chaos.commands import sweeping
from chaos.judging.verdict import INTERRUPTED, Kind
from chaos.recording.folder import RunFolder
from chaos.runtimes.workers import in_processes
from chaos.schedules.schedule import Schedule, Stroke
from chaos.schedules.take_down import ObservedCluster
from chaos.sessions.simulate import Simulation, save, simulate, steps
from chaos.sweeping.shrink import Shrinker, anomalies_of, size_of
from chaos.sweeping.sweep import Result, Summary, run_one, simulations
from services.messages import Entry
from services.single_leader.tail import Tail

CUT_LEADER = Stroke(
    kind="cut", at_ms=200, for_ms=1500, source="leader", targets=("n1", "n2", "n3", "controller")
)
IN_VAIN = Stroke(kind="clock", at_ms=0, for_ms=500, source="n2", amount=100)
LOSES = Simulation("lost-writes", "async", 1, Schedule((IN_VAIN, CUT_LEADER, IN_VAIN), 3000))


def summary(kind: Kind, by_chance: bool, *outcomes: bool | None) -> Summary:
    results = [Result(replace(LOSES, seed=seed), outcome) for seed, outcome in enumerate(outcomes)]
    return Summary("lost-writes", "async", kind, by_chance, results)


def test_what_a_sweep_must_show() -> None:
    assert summary("remedy", True, True, True).as_expected is True
    assert summary("remedy", True, True, False, None).as_expected is False
    assert summary("remedy", True, True, None).as_expected is None
    assert summary("problem", False, True, False).as_expected is False
    assert summary("problem", True, False, True, None).as_expected is True
    assert summary("problem", True, False, False).as_expected is False


def test_a_remedy_that_holds_only_in_its_story_promises_nothing_by_chance() -> None:
    by_script, by_chance = summary("remedy", False, True, False), summary("remedy", True, True, False)
    assert replace(by_script, only_in_its_story="so").as_expected is False
    assert replace(by_chance, only_in_its_story="so").as_expected is True


def test_the_seeds_that_matter() -> None:
    problem = summary("problem", True, False, True, None, True)
    assert (problem.seeds_that_matter, problem.seeds(None)) == ([1, 3], [2])
    assert problem.first_that_matters.seed == 1
    assert problem.to_json()["hit_rate"] == 0.5
    assert summary("remedy", True, False, True).seeds_that_matter == [0]


def test_a_window_of_80_columns_hides_nothing_of_a_sweep() -> None:
    long = replace(summary("problem", True, *[True, False] * 500), scenario="collaborative-editing")
    console = Console(width=80, record=True)
    console.print(sweeping.tabled([replace(long, variant="operational-transformation"), long]))
    text = console.export_text()
    assert "…" not in text
    for word in ("variant", "outcome", "500 of 1000 (50.0%)", "as expected", "collaborative-editing:async"):
        assert word in text
    assert sweeping.seeds_of(summary("problem", True, False, True, None, True)) == "seeds 1 3; unknown: 2"
    assert sweeping.seeds_of(summary("remedy", True, True, True)) == ""


def test_several_processes_find_what_one_finds() -> None:
    runs = list(simulations("lost-writes", "semi-sync-timeout", range(1, 21), by_chance=True))
    alone = list(in_processes(run_one, runs, workers=1))
    together = sorted(in_processes(run_one, runs, workers=2), key=lambda result: result.simulation.seed)
    assert together == alone
    assert any("lost-write" in result.found for result in alone)


def test_a_run_that_cannot_end_is_unknown_and_says_why() -> None:
    forever = Stroke(kind="pause", at_ms=0, for_ms=700_000, source="n1")
    schedule = Schedule((forever,), 100, before=5)
    result = run_one(Simulation("lost-writes", "semi-sync", 1, schedule, clients=1, rate_per_s=2))
    assert result.as_expected is None
    assert "not done after 600 s" in result.problems[0] and "who waits" in result.problems[0]


def test_a_cluster_that_never_settles_is_unknown_and_it_is_said_who_stands_where() -> None:
    after = Tail.after

    def withheld(self: Tail, sequence: int, limit: int) -> list[Entry]:
        return after(self, sequence, limit) if sequence < 20 else []

    with patch.object(Tail, "after", withheld):
        result = run_one(LOSES)
    assert result.as_expected is None
    assert result.problems[0].startswith("not settled after 15 s: the replicas did not come to one position")
    assert "n2 (leader, epoch 2) at 2." in result.problems[0]
    assert "n3 (follower, epoch 2) at 1.20" in result.problems[0]


def test_nobody_is_accused_because_nobody_led_in_the_end() -> None:
    """Whoever was shot is replaced by hand, and no hand is there: its followers stay as they are."""
    runs = simulations("failover", "manual", range(9_500_111, 9_500_117), by_chance=True)
    shot = [replace(run, settings=(("stonith", True), ("lease", True))) for run in runs]
    light = [replace(run, clients=6, rate_per_s=30) for run in shot]
    results = list(map(run_one, light))
    assert [result.found for result in results] == [()] * len(results)
    unsettled = [result.problems for result in results if result.as_expected is None]
    assert any("diverged-replicas: the cluster had not settled" in str(problems) for problems in unsettled)


def test_a_saved_run_can_be_had_again(tmp_path: Path) -> None:
    first = save(LOSES, tmp_path)
    about = RunFolder(first.folder).read_json("run.json")
    assert about["steps"] == steps(LOSES)
    assert about["command"] == f"./lab replay {first.folder}"
    assert Simulation.from_json(about) == LOSES
    second = save(Simulation.from_json(about), tmp_path)
    for name in ("history.jsonl", "events.jsonl"):
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes()
    assert second.verdict == simulate(LOSES)


def test_a_run_on_another_runtime_cannot(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="local"):
        Simulation.from_json({"runtime": "local"})


def test_shrinking_leaves_what_matters() -> None:
    told: list[str] = []
    smallest = Shrinker(LOSES, ["lost-write"], told.append).smallest()
    assert smallest.schedule
    assert [stroke.kind for stroke in smallest.schedule.strokes] == ["cut"]
    assert smallest.schedule.ends_ms < LOSES.schedule.ends_ms  # type: ignore[union-attr]
    assert smallest.clients is not None and smallest.clients <= 4
    assert "lost-write" in anomalies_of(smallest)
    assert told[-1].endswith(size_of(smallest))


def test_a_script_is_taken_down_and_made_smaller() -> None:
    script = Simulation("split-brain", "unfenced", 3)
    found = anomalies_of(script)
    assert set(found) == {"split-brain", "lost-write"}
    smallest = Shrinker(script, found, lambda _: None).smallest()
    assert smallest.schedule and 1 <= len(smallest.schedule.strokes) <= 4
    assert set(anomalies_of(smallest)) == set(found)


def test_what_a_script_does_is_taken_down() -> None:
    clusters: list[ObservedCluster] = []

    def observed(seed: int, shape: Shape) -> ObservedCluster:
        clusters.append(ObservedCluster(seed, shape))
        return clusters[0]

    simulate(Simulation("lost-writes", "async", 1), make=observed)
    schedule = clusters[0].schedule()
    assert [(stroke.kind, stroke.source) for stroke in schedule.strokes] == [
        ("cut-one-way", "n1"),
        ("cut-one-way", "n1"),
        ("kill", "n1"),
    ]
    assert schedule.strokes[0].at_ms == 0 and all(stroke.for_ms > 0 for stroke in schedule.strokes)


def lab(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    return result.exit_code, result.stdout


def test_on_the_command_line(tmp_path: Path) -> None:
    code, said = lab(
        "sweep", "lost-writes:async", "--seeds", "1..4", "--workers", "1", "--out", str(tmp_path), "--json"
    )
    (found,) = json.loads(said)
    assert code == 0
    assert (found["runs"], found["hit_rate"], found["seeds"]) == (4, 1.0, [1, 2, 3, 4])
    folder = str((tmp_path / "latest").resolve())
    code, said = lab("replay", folder, "--out", str(tmp_path))
    assert code == 0 and "the same, byte for byte" in said
    code, said = lab("shrink", folder, "--out", str(tmp_path))
    assert code == 0 and "dead: n1" in said and "shown: lost-write" in said


def test_the_command_line_says_why_a_remedy_promises_nothing(tmp_path: Path) -> None:
    sweep = ("sweep", "failover:manual", "--workers", "1", "--out", str(tmp_path), "--seeds")
    code, said = lab(*sweep, "2000..2001", "--random")
    assert code == 0
    assert "nothing promised" in said and "somebody has to promote another" in said
    code, said = lab(*sweep, "1")
    assert code == 0 and "nothing promised" not in said


def test_ctrl_c_leaves_what_was_found_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    def until_the_fourth(simulation: Simulation) -> Result:
        if simulation.seed == 4:
            raise KeyboardInterrupt
        return Result(simulation, True, ("lost-write",))

    monkeypatch.setattr(sweeping, "run_one", until_the_fourth)
    code, said = lab("sweep", "lost-writes:async", "--seeds", "1..9", "--workers", "1")
    assert code == INTERRUPTED
    assert "lost-writes:async" in said and "3 of 3 (100.0%)" in said and "1..3" in said


def test_wrong_usage_is_told() -> None:
    assert lab("sweep", "lost-writes", "--seeds", "9..1")[0] == 2
    assert lab("sweep", "lost-writes", "--seeds", "many")[0] == 2
