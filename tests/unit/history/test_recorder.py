"""What a recorder writes is exactly what a history file is."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from chaos.history import History, HistoryError
from chaos.judging.measures import measure
from chaos.recording.folder import NoFolder, RunFolder
from chaos.recording.recorder import Recorder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.jsonl"


@pytest.fixture
def recorder(path: Path) -> Iterator[Recorder]:
    ticks = count(1000, 10)
    with Recorder(path, lambda: next(ticks)) as recorder:
        yield recorder


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_the_form_of_each_event(recorder: Recorder, path: Path) -> None:
    write = recorder.invoke(recorder.new_process(), "write", "x", 7, gateway="g1", session="u7")
    recorder.ok(write, node="n1", epoch=1, position=3)
    read = recorder.invoke(recorder.new_process(), "read", "x", gateway="g2")
    recorder.fail(read, "no-leader: none known")
    recorder.nemesis("start-partition", {"grudge": {"n2": ["n1"]}})
    began = {"process": 0, "f": "write", "key": "x", "value": 7, "gateway": "g1", "session": "u7"}
    asked = {"process": 1, "f": "read", "key": "x", "value": None, "gateway": "g2"}
    assert lines(path) == [
        {"index": 0, "time": 10, "type": "invoke", **began},
        {"index": 1, "time": 20, "type": "ok", **began, "node": "n1", "epoch": 1, "position": 3},
        {"index": 2, "time": 30, "type": "invoke", **asked},
        {"index": 3, "time": 40, "type": "fail", **asked, "error": "no-leader: none known"},
        {
            **{"index": 4, "time": 50, "type": "info", "process": "nemesis", "f": "start-partition"},
            "value": {"grudge": {"n2": ["n1"]}},
        },
    ]


def test_a_read_of_nothing_shows_null(recorder: Recorder, path: Path) -> None:
    recorder.ok(recorder.invoke(0, "read", "x"), value=None, node="n1", epoch=1, position=0)
    assert lines(path)[1]["value"] is None


def test_time_never_goes_back(path: Path) -> None:
    readings = iter([100, 150, 120, 160])
    with Recorder(path, lambda: next(readings)) as recorder:
        for _ in range(3):
            recorder.nemesis("kill", ["n1"])
    assert [line["time"] for line in lines(path)] == [50, 50, 60]


def test_a_retired_process_cannot_act_again(recorder: Recorder, path: Path) -> None:
    recorder.info(recorder.invoke(0, "write", "x", 1), "timed-out")
    with pytest.raises(HistoryError, match="because this one met an info, not process 0"):
        recorder.invoke(0, "write", "x", 2)
    assert len(History.load(path).events) == 2


def test_a_recording_is_never_overwritten(recorder: Recorder, path: Path) -> None:
    with pytest.raises(FileExistsError):
        Recorder(path, lambda: 0)


def test_final_reads_show_every_key_of_anybody(recorder: Recorder, path: Path) -> None:
    recorder.ok(recorder.invoke(0, "write", "x", 1), node="n1", epoch=1, position=1)
    recorder.ok(recorder.invoke(0, "add", "s", 5), node="n1", epoch=1, position=2)
    recorder.final("n1", {"registers": {"y": 3}, "sets": {"s": [5]}, "epoch": 2, "position": 4})
    recorder.final("n2", {"registers": {}, "sets": {}, "epoch": 2, "position": [1, 0]})
    recorder.final_unreadable("n3", "dead")
    finals = History.load(path).finals
    assert [(read.node, read.key, read.value) for read in finals] == [
        *[("n1", None, ["s", "y"]), ("n1", "x", None), ("n1", "s", [5]), ("n1", "y", 3)],
        *[("n2", None, []), ("n2", "x", None), ("n2", "s", [])],
        ("n3", None, None),
    ]
    assert [read.outcome for read in finals] == ["ok"] * 7 + ["info"]
    assert {read.position for read in finals} == {4, 0, None}
    assert {line.get("position") for line in lines(path) if line.get("final")} == {4, 0, None}


def test_what_a_consumer_learned_is_a_read_with_a_position_like_all_others(
    recorder: Recorder, path: Path
) -> None:
    recorder.ok(recorder.invoke(0, "write", "items/a", 1), node="n1", epoch=1, position=7)
    recorder.learned("index", {"sets": {"changes/items": [["items/a", 1]]}, "epoch": 1, "position": [1, 7]})
    history = History.load(path)
    read = history.client_operations[1]
    assert (read.f, read.key, read.value) == ("read", "changes/items", [["items/a", 1]])
    assert (read.node, read.epoch, read.position) == ("index", 1, 7)
    assert measure(history)["lag_ms_index"] == 0


def test_what_is_kept_in_memory_makes_the_same_operations_as_the_file(tmp_path: Path) -> None:
    kept, folder = NoFolder(), RunFolder(tmp_path)
    for place in (kept, folder):
        ticks = count(1000, 10)
        with place.recorder(lambda ticks=ticks: next(ticks)) as recorder:  # type: ignore[misc]
            write = recorder.invoke(recorder.new_process(), "write", "x", 7, session="u7")
            read = recorder.invoke(recorder.new_process(), "read", "x")
            recorder.invoke(recorder.new_process(), "add", "s", 1)
            recorder.nemesis("start-kill", ["n2"])
            recorder.info(write, "timed-out")
            recorder.ok(read, value=7, node="n1", epoch=1, position=3)
            recorder.fail(recorder.invoke(recorder.new_process(), "write", "y", 8), "no-leader")
            recorder.final("n1", {"registers": {"x": 7}, "sets": {}, "epoch": 1, "position": [1, 3]})
            recorder.final_unreadable("n2", "dead")
    assert len(kept.recorded().operations) == 9
    assert kept.recorded().operations == folder.recorded().operations
    assert kept.recorded().begun.tolist() == folder.recorded().begun.tolist()
    assert kept.recorded().ended.tolist() == folder.recorded().ended.tolist()


def test_sigkill_loses_nothing_that_was_returned(path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from chaos.recording.recorder import Recorder\n"
        f"recorder = Recorder(Path({str(path)!r}), time.monotonic_ns)\n"
        "for i in range(1000): recorder.nemesis('kill', i)\n"
        "print('written', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        os.kill(process.pid, signal.SIGKILL)
    assert len(History.load(path).nemesis) == 1000
