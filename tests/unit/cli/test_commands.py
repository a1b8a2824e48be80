"""The commands that need no cluster, called as `./lab` calls them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from chaos.cli import main
from chaos.commands.play import value_of
from chaos.recording.folder import RunFolder
from chaos.recording.recorder import Recorder
from chaos.runtimes.docker_engine import compose_command

Printed = pytest.CaptureFixture[str]


def record(folder: Path, *, lose: bool) -> Path:
    """A history of one write, with final reads of replicas that hold it or do not."""
    folder.mkdir(exist_ok=True)
    with Recorder(folder / "history.jsonl", lambda: 0) as recorder:
        pending = recorder.invoke(recorder.new_process(), "write", "x", 1, gateway="g1")
        recorder.ok(pending, node="n1", epoch=1, position=[1, 1])
        recorder.nemesis("kill", {"nodes": ["n1"]})
        for node in ("n1", "n2"):
            held = {} if lose else {"x": 1}
            recorder.final(node, {"registers": held, "sets": {}, "epoch": 2, "position": [2, 2]})
    return folder


def saved_run(folder: Path, *, lose: bool, **changes: Any) -> Path:
    about = {
        **{"scenario": "lost-writes", "variant": "async", "runtime": "local", "seed": 7, "kind": "problem"},
        **{"judged": ["lost-write"], "checkers": ["lost-write"], "finished": True, "problems": []},
    }
    RunFolder(record(folder, lose=lose)).write_json("run.json", {**about, **changes})
    return folder


def test_the_list_has_what_other_tools_rely_on(capsys: Printed) -> None:
    assert main(["list", "--json"]) == 0
    listed = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    split_brain = listed["split-brain"]
    assert set(split_brain) == {"id", "section", "title", "runs_with", "variants"}
    assert split_brain["section"] == "A"
    unfenced = split_brain["variants"][0]
    assert {key: unfenced[key] for key in ("name", "kind", "anomalies")} == {
        **{"name": "unfenced", "kind": "problem"},
        "anomalies": ["split-brain", "lost-write"],
    }
    assert {"local", "compose"} <= set(unfenced["runtimes"])


def test_the_list_for_people_names_every_variant(capsys: Printed) -> None:
    assert main(["list"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in ("lost-writes", "semi-sync-timeout", "stale-reads", "bounded"))
    assert "on sim: the cache is a dictionary" in printed


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["run"], "name the scenarios"),
        (["run", "--all", "split-brain"], "name the scenarios"),
        (["run", "split-brian"], "did you mean split-brain?"),
        (["run", "split-brain:leese"], "did you mean lease?"),
        (["run", "split-brain", "--on", "lokal"], "did you mean local?"),
        (["run", "split-brain", "--seed", "seven"], "'seven'; give a whole number"),
        (["check", "/nowhere"], "/nowhere"),
        (["lisst"], "lisst"),
        (["put", "x", os.fsdecode(b"\xff")], r"b'\xff' is not UTF-8"),
        (["get", os.fsdecode(b"k\xff")], r"b'k\xff' is not UTF-8"),
        (["put", "x", "[" * 100_000], "nested more than 64 levels deep"),
        (["put", "x", "1e999"], "send it as a string"),
        (["put", "x", "9" * 20], "send it as a string"),
        (["put", "x", "[NaN]"], "NaN is not a JSON value"),
        (["put", "x", '{"a":1,"a":2}'], "given more than once"),
        (["put", "x", '"\\ud800"'], "half a surrogate pair"),
    ],
)
def test_wrong_usage_is_2_and_says_what_would_be_right(
    arguments: list[str], complaint: str, capsys: Printed
) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert complaint in printed.err.replace("\n", "")
    assert printed.out == ""


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ('"7"', "7"), ("[1, null]", [1, None]), ("hello", "hello"), ("NaN", "NaN"), ("{", "{")],
)
def test_what_is_no_json_is_stored_as_the_text_it_is(text: str, value: object) -> None:
    assert value_of(text) == value


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: Printed) -> None:
    (tmp_path / "file").touch()
    out = str(tmp_path / "file" / "runs")
    assert main(["run", "lost-writes:async", "--on", "sim", "--out", out]) == 4
    said = capsys.readouterr().err
    assert said.startswith("lab: ") and said.count("\n") == 1 and out in said


def test_a_run_that_is_nested_too_deeply_is_one_line(tmp_path: Path, capsys: Printed) -> None:
    (tmp_path / "run.json").write_text("[" * 100_000)
    assert main(["replay", str(tmp_path)]) == 4
    assert "nested too deeply" in capsys.readouterr().err


@pytest.mark.parametrize(("lose", "code", "word"), [(True, 0, "shown"), (False, 1, "not shown")])
def test_a_saved_problem_must_show_its_anomaly(
    tmp_path: Path, lose: bool, code: int, word: str, capsys: Printed
) -> None:
    assert main(["check", str(saved_run(tmp_path, lose=lose))]) == code
    assert capsys.readouterr().out.startswith(f"{word}: ")


@pytest.mark.parametrize(("lose", "code"), [(True, 1), (False, 0)])
def test_a_bare_history_is_held_to_be_free_of_what_one_asks_for(
    tmp_path: Path, lose: bool, code: int, capsys: Printed
) -> None:
    history = record(tmp_path, lose=lose) / "history.jsonl"
    assert main(["check", str(history), "--checker", "lost-write", "split-brain", "--json"]) == code
    verdict = json.loads(capsys.readouterr().out)
    assert [finding["name"] for finding in verdict["anomalies"]] == ["lost-write", "split-brain"]
    assert verdict["anomalies"][0]["found"] is lose
    assert verdict["as_expected"] is not lose


def test_a_bare_history_needs_a_checker_and_a_wrong_one_is_answered_with_the_nearest(
    tmp_path: Path, capsys: Printed
) -> None:
    history = str(record(tmp_path, lose=True) / "history.jsonl")
    assert main(["check", history]) == 2
    assert "name a --checker; there are " in capsys.readouterr().err
    assert main(["check", history, "--checker", "lost-writes"]) == 2
    assert "did you mean lost-write?" in capsys.readouterr().err


@pytest.mark.parametrize("changes", [{"problems": ["the fault did not bite"]}, {"finished": False}])
def test_what_made_a_run_worthless_then_makes_it_worthless_now(
    tmp_path: Path, changes: dict[str, Any], capsys: Printed
) -> None:
    assert main(["check", str(saved_run(tmp_path, lose=True, **changes))]) == 3
    assert "unknown, because the " in capsys.readouterr().out


STALL = (
    '{"index":0,"time":0,"type":"invoke","process":0,"f":"write","key":"x","value":1}\n'
    '{"index":1,"time":500000000,"type":"ok","process":0,"f":"write","key":"x","value":1}\n'
)


@pytest.mark.parametrize(("bound", "code"), [([], 3), (["--bound-ms", "400"], 1), (["--bound-ms", "600"], 0)])
def test_a_bare_history_is_measured_against_the_bound_that_one_states(
    tmp_path: Path, bound: list[str], code: int, capsys: Printed
) -> None:
    (tmp_path / "history.jsonl").write_text(STALL)
    assert main(["check", str(tmp_path / "history.jsonl"), "--checker", "write-stall", *bound]) == code
    assert ("by --bound-ms" in capsys.readouterr().out) is (code == 3)


@pytest.mark.parametrize(("recorded", "stated", "code"), [(400, [], 1), (600, [], 0), (400, ["600"], 0)])
def test_a_saved_run_is_measured_against_its_own_bound_unless_one_states_another(
    tmp_path: Path, recorded: float, stated: list[str], code: int
) -> None:
    (tmp_path / "history.jsonl").write_text(STALL)
    about = {"kind": "remedy", "judged": ["write-stall"], "checkers": ["write-stall"], "finished": True}
    identity = {"scenario": "sync-stall", "variant": "async", "runtime": "local", "seed": 7}
    RunFolder(tmp_path).write_json("run.json", {**identity, **about, "bounds_ms": {"write-stall": recorded}})
    assert (
        main(["check", str(tmp_path), *(word for value in stated for word in ("--bound-ms", value))]) == code
    )


def test_a_damaged_history_cannot_be_judged_and_the_line_is_named(tmp_path: Path, capsys: Printed) -> None:
    (tmp_path / "history.jsonl").write_text('{"index":0}\n')
    assert main(["check", str(tmp_path / "history.jsonl"), "--checker", "lost-write"]) == 4
    assert "history.jsonl line 1" in capsys.readouterr().err


def test_the_doctor_says_what_is_lacking_and_what_to_do(
    capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("chaos.runtimes.docker_engine.compose_command", compose_command.__wrapped__)
    assert main(["doctor", "--json"]) == 0
    findings = {finding["what"]: finding for finding in json.loads(capsys.readouterr().out)}
    assert findings["Python"]["there"]
    assert not findings["go"]["there"]
    assert not findings["the compose plugin"]["there"]
    assert all(finding["remedy"] for finding in findings.values() if not finding["there"])
