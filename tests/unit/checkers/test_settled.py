"""What replicas and consumers hold is their last word only if the cluster had settled when they were read."""

from pathlib import Path

import pytest

from chaos.checkers import asks_whether_settled, checker_names
from chaos.cli import main
from chaos.recording.folder import RunFolder
from chaos.running.judgement import findings
from tests.unit.checkers.test_known_histories import FOLDER, load

UNSETTLED = ["not settled after 15 s: n1 is away"]

# What may change as long as something is on its way, and one found history of each.
NOT_YET = [
    "deleted-item-returns/found-register",
    "dirty-read/found-rolled-back",
    "dirty-read/found-element-rolled-back",
    "diverged-copy/found-row-missing",
    "diverged-replicas/found-register",
    "lost-write/found-acknowledged-and-gone",
    "lost-write/found-element",
    "missed-change/found-value-between",
    "phantom-change/found-undone-by-a-failover",
    "phantom-change/found-beyond-the-end",
    "stale-replica/found-old-value",
]
# Whatever comes later, that was seen.
FOR_EVER = [
    "dirty-read/found-failed-write",
    "dirty-read/found-recanted",
    "phantom-change/found-nobody-asked-for-it",
    "phantom-change/found-refused",
    "repeated-change/found-twice",
    "set-full/found-lost",
    "split-brain/found-between-two",
    "stale-read/found-replaced-value",
]


@pytest.mark.parametrize("name", NOT_YET)
def test_nobody_is_accused_of_what_may_still_come_right(name: str) -> None:
    checker = name.split("/")[0]
    (settled,) = findings(load(name), [checker], {})
    assert settled.found is True
    (unsettled,) = findings(load(name), [checker], {}, problems=UNSETTLED)
    assert unsettled.found is None or (checker, unsettled.found) == ("dirty-read", False)
    assert unsettled.found is False or "had not settled" in unsettled.reason


@pytest.mark.parametrize("name", FOR_EVER)
def test_what_was_seen_stays_found(name: str) -> None:
    (unsettled,) = findings(load(name), [name.split("/")[0]], {}, problems=UNSETTLED)
    assert unsettled.found is True


def test_every_checker_that_asks_has_a_history_here() -> None:
    asked = {name for name in checker_names() if asks_whether_settled(name)}
    assert asked == {name.split("/")[0] for name in NOT_YET}


@pytest.mark.parametrize("name", [name for name in checker_names() if asks_whether_settled(name)])
def test_nobody_is_acquitted_either_of_what_may_still_happen(name: str) -> None:
    acquitted = next(iter(sorted((FOLDER / name).glob("not-found-*"))))
    (unsettled,) = findings(load(f"{name}/{acquitted.stem}"), [name], {}, problems=UNSETTLED)
    assert unsettled.found is None or name == "dirty-read"


def test_a_saved_run_that_had_not_settled_is_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "history.jsonl").write_bytes((FOLDER / "diverged-replicas/found-register.jsonl").read_bytes())
    about = {"kind": "remedy", "judged": ["diverged-replicas"], "checkers": ["diverged-replicas"]}
    RunFolder(tmp_path).write_json("run.json", {**about, "finished": True, "problems": ["not settled: n1"]})
    assert main(["check", str(tmp_path)]) == 3
    assert "had not settled" in capsys.readouterr().out
