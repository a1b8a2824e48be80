"""`./lab run --jobs`: several variants at a time, told one after the other, and ended like one."""

import json
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest

from chaos.history import History
from tests.end_to_end.marked import Marked
from tests.end_to_end.playing import lab, unless_spoiled
from tests.repository import ROOT

ENDS_S = 30
NAMES = ("lost-writes:async", "lost-writes:semi-sync", "split-brain:unfenced")


@pytest.mark.timeout(300)
def test_each_has_its_verdict_and_its_whole_story(tmp_path: Path) -> None:
    command = ("run", *NAMES, "--on", "local", "--seed", 7, "--out", tmp_path, "--jobs", 2, "--json")
    done = unless_spoiled(lambda: lab(*command))
    assert done.returncode == 0, done.stderr
    verdicts = json.loads(done.stdout)
    assert [f"{verdict['scenario']}:{verdict['variant']}" for verdict in verdicts] == list(NAMES)
    first, *told, last = done.stderr.split("\n\n")
    stories = [each for each in told if " to go" not in each]
    assert re.fullmatch(r"3 variants on local, seed 7; 2 side by side, about \d+ s …", first)
    assert last.strip() == "3 of 3 as expected"
    assert {story.split("  (")[0] for story in stories} == set(NAMES)
    for story in stories:
        assert "⚡ killed" in story or "⚡ partition" in story
        assert "folder: " in story.splitlines()[-1]


@pytest.mark.timeout(120)
def test_in_simulation_it_is_the_same_run(tmp_path: Path) -> None:
    for jobs in (1, 2):
        done = lab("run", "quorum", "--on", "sim", "--seed", 7, "--out", tmp_path / str(jobs), "--jobs", jobs)
        assert done.returncode == 0, done.stderr
    one, two = (sorted((tmp_path / jobs).glob("*/*/2*/history.jsonl")) for jobs in "12")
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_it_ends_them_all(number: signal.Signals, tmp_path: Path) -> None:
    temporary, out = tmp_path / "temporary", tmp_path / "runs"
    temporary.mkdir()
    marked = Marked(temporary)
    running = subprocess.Popen(
        [str(ROOT / "lab"), "run", *NAMES[:2], "--jobs", "2", "--out", str(out)],
        env=marked.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_for_faults(out)
        running.send_signal(number)
        said, _ = running.communicate(timeout=ENDS_S)
    finally:
        running.kill()
    marked.must_leave_nothing()
    if number != signal.SIGKILL:
        assert running.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[number], said
        assert "what was recorded stays" in said
        struck = [event.f for event in History.load(next(iter(histories(out)))).nemesis]
        assert [f.replace("start-", "stop-") for f in struck if "start-" in f] == [
            f for f in struck if "stop-" in f
        ]


def wait_for_faults(out: Path) -> None:
    """Until each of them has struck."""
    while True:
        files = histories(out)
        if len(files) == len(NAMES[:2]) and all(b"start-partition" in file.read_bytes() for file in files):
            return
        time.sleep(0.05)


def histories(out: Path) -> list[Path]:
    return sorted(out.glob("*/*/2*/history.jsonl"))


def test_what_cannot_run_is_said_in_its_own_words() -> None:
    done = lab("run", "split-brain", "--on", "compose", "--jobs", "2")
    assert done.returncode == 2
    assert done.stderr == "lab: --jobs is for local and sim; on compose all variants share one cluster\n"
