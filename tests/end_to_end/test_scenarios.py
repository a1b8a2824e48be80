"""Every scenario on real processes, as somebody types it; and what a run leaves behind.

In the short form what `choosing` has chosen, with one command; in the long form the rest of each scenario.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from chaos.catalogue.discover import scenario_ids
from chaos.cli import app
from chaos.cluster.shape import Shape
from chaos.history import History
from tests.end_to_end.choosing import in_short, left_for_long, of_scenario
from tests.end_to_end.marked import Marked
from tests.end_to_end.playing import Played, lab, play, unless_spoiled
from tests.repository import ROOT

FILES = {"run.json", "history.jsonl", "events.jsonl", "verdict.json", "report.html"}
SOMETIMES = {"set-aside.json", "samples.jsonl", "messages.jsonl", "stalls.jsonl"}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def short(out: Path) -> Played:
    return play(in_short("local"), "local", out, jobs=3)


@pytest.mark.timeout(1800)  # the first one waits for all of them
@pytest.mark.parametrize("scenario", scenario_ids())
def test_its_story_is_as_expected(scenario: str, short: Played, out: Path) -> None:
    must_be_as_expected(short, scenario, of_scenario(scenario, in_short("local")), out)


@pytest.mark.timeout(1800)
def test_the_whole_is_as_expected(short: Played, out: Path) -> None:
    assert short.returncode == 0, short.said
    folders = [Path(verdict["folder"]) for verdict in short.verdicts]
    assert (out / "latest").resolve() in folders  # side by side any of them may have begun last


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("scenario", scenario_ids())
def test_its_other_variants_are_as_expected(scenario: str, tmp_path: Path) -> None:
    if rest := of_scenario(scenario, left_for_long("local")):
        must_be_as_expected(play(rest, "local", tmp_path), scenario, rest, tmp_path)


def must_be_as_expected(played: Played, scenario: str, names: Sequence[str], out: Path) -> None:
    verdicts = played.of(scenario)
    assert {f"{scenario}:{verdict['variant']}" for verdict in verdicts} == set(names)
    for verdict in verdicts:
        assert verdict["as_expected"], f"{verdict['variant']}: {verdict['problems']} {verdict['anomalies']}"
        folder = Path(verdict["folder"])
        assert folder.parent == out / scenario / verdict["variant"]
        must_be_complete(folder, verdict)
        assert CliRunner().invoke(app, ["check", str(folder)]).exit_code == 0


def must_be_complete(folder: Path, printed: Mapping[str, Any]) -> None:
    """The folder holds what formats.md promises, and the verdict that was printed."""
    assert FILES <= {path.name for path in folder.iterdir()} <= FILES | SOMETIMES
    about, verdict = (json.loads((folder / name).read_text()) for name in ("run.json", "verdict.json"))
    assert {**verdict, "folder": str(folder)} == printed
    assert about["seed"] == 7
    assert about["command"].endswith(f"{about['scenario']}:{about['variant']} --on local --seed 7")
    history = History.load(folder / "history.jsonl")
    shape = msgspec.convert(about["shape"], Shape)
    hold_data = {*shape.machines, *shape.device_names}
    assert set(shape.members) <= {read.node for read in history.finals} <= hold_data
    assert history.nemesis
    for anomaly in verdict["anomalies"]:
        assert bool(anomaly["witnesses"]) is anomaly["found"]
        assert all(op < len(history.events) for witness in anomaly["witnesses"] for op in witness["ops"])
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert {event["node"] for event in events} <= set(shape.nodes)
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)
    must_be_overheard(folder / "messages.jsonl", set(shape.nodes))


def must_be_overheard(file: Path, nodes: set[str]) -> None:
    """The nodes have noted what they said to each other; an answer comes after what it answers."""
    messages = [json.loads(line) for line in file.read_text().splitlines()]
    answered = [message for message in messages if message["outcome"] == "ok"]
    assert answered
    assert {message["from"] for message in messages} <= nodes
    for message in answered:
        moments = [message[name] for name in ("time", "arrived", "answered", "ended")]
        assert moments == sorted(moments), message


@pytest.mark.timeout(120)
def test_a_scenario_is_a_script_too_and_tells_what_happens(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scenarios.stale_reads", "--on", "local", "--out", str(tmp_path)]
    done = unless_spoiled(lambda: subprocess.run(command, cwd=ROOT, capture_output=True, text=True))
    assert done.returncode == 0, done.stderr
    for told in (
        "3 variants on local, seed ",
        "stale-reads:any-replica  (problem: must show stale-read)",
        "⚡ slow by 300 ms",
        "✓ stale-reads:any-replica  shown   stale-read",
        "✓ stale-reads:bounded  held   no stale-read",
        "3 of 3 as expected",
    ):
        assert told in done.stdout


def test_ctrl_c_in_the_middle_of_a_fault_leaves_the_recording_and_nothing_else(tmp_path: Path) -> None:
    temporary, out = tmp_path / "temporary", tmp_path / "runs"
    temporary.mkdir()
    marked = Marked(temporary)
    running = subprocess.Popen(
        [str(ROOT / "lab"), "run", "split-brain:unfenced", "--out", str(out)],
        env={**marked.environment, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout
    for line in running.stdout:
        if "⚡ partition" in line:
            running.send_signal(signal.SIGINT)
            break
    rest = running.stdout.read()
    assert running.wait() == 130
    assert "⚡ healed" in rest
    assert "what was recorded stays" in rest
    marked.must_leave_nothing()
    history = History.load(out / "latest" / "history.jsonl")
    assert [event.f for event in history.nemesis] == ["start-partition", "stop-partition"]
    assert lab("check", out / "latest").returncode == 3
