"""An answer that is none to its request is malformed; the line is named, and no recorder takes it."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import convert

from chaos.history import Event, History, HistoryError
from chaos.interchange import load
from chaos.recording.recorder import Recorder

ASKED = [["r", "x", None], ["append", "y", 1]]
GOOD = [
    # f, asked, answered
    ("txn", ASKED, [["r", "x", [7]], ["append", "y", 1]]),
    ("txn", ASKED, [["r", "x", None], ["append", "y", 1]]),
    ("txn", [["append", "y", 1]], None),
    ("txn", [["w", "y", 1], ["r", "y", None]], [["w", "y", 1], ["r", "y", 1]]),
    ("txn", [], []),
    ("write", 1, 1),
    ("write", 1, None),
    ("cas", [1, 2], [1, 2]),
    ("read", None, [["append", "y", 1]]),
    ("sql", [["INSERT"]], 1),
]
BAD = [
    ("txn", ASKED, [["append", "x", 7], ["append", "y", 1]], "step 1 of the transaction"),
    ("txn", ASKED, [["r", "x", []], ["r", "y", []]], "step 2 of the transaction"),
    ("txn", ASKED, [["r", "z", [7]], ["append", "y", 1]], "step 1 of the transaction"),
    ("txn", ASKED, [["r", "x", [7]], ["append", "y", 2]], "step 2 of the transaction"),
    ("txn", ASKED, [["append", "y", 1], ["r", "x", [7]]], "step 1 of the transaction"),
    ("txn", ASKED, [["r", "x", [7]], ["append", "y", True]], "step 2 of the transaction"),
    ("txn", ASKED, [["r", "x"], ["append", "y", 1]], "step 1 of the transaction"),
    ("txn", ASKED, [["r", "x", [7]]], "answers to 2 steps"),
    ("txn", ASKED, [["r", "x", []], ["append", "y", 1], ["r", "x", []]], "answers to 2 steps"),
    ("txn", ASKED, [], "answers to 2 steps"),
    ("txn", ASKED, None, "answers to 2 steps"),
    ("txn", ASKED, 7, "answers to 2 steps"),
    ("write", 1, 2, "expected the end of write 1"),
    ("write", 1, True, "expected the end of write 1"),
    ("cas", [1, 2], [1, 3], "expected the end of cas [1, 2]"),
    ("add", 1, [1], "expected the end of add 1"),
]


def rows(f: str, asked: Any, answered: Any) -> list[dict[str, Any]]:
    key = {} if f == "txn" else {"key": "k"}
    both = (("invoke", asked), ("ok", answered))
    return [
        {"index": at, "time": at, "type": type_, "process": 0, "f": f, **key, "value": value}
        for at, (type_, value) in enumerate(both)
    ]


def saved(path: Path, f: str, asked: Any, answered: Any) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows(f, asked, answered)))
    return path


@pytest.mark.parametrize("name", ["history.jsonl", "history.json"])
@pytest.mark.parametrize(("f", "asked", "answered"), GOOD)
def test_an_answer(tmp_path: Path, name: str, f: str, asked: Any, answered: Any) -> None:
    (operation,) = load(saved(tmp_path / name, f, asked, answered)).client_operations
    assert operation.outcome == "ok"


@pytest.mark.parametrize("name", ["history.jsonl", "history.json"])
@pytest.mark.parametrize(("f", "asked", "answered", "words"), BAD)
def test_no_answer(tmp_path: Path, name: str, f: str, asked: Any, answered: Any, words: str) -> None:
    with pytest.raises(HistoryError) as error:
        load(saved(tmp_path / name, f, asked, answered))
    assert "line 2: expected " in str(error.value) and words in str(error.value)


@pytest.mark.parametrize(("f", "asked", "answered", "words"), [row for row in BAD if row[2] is not None])
def test_no_answer_is_recorded(f: str, asked: Any, answered: Any, words: str) -> None:
    with Recorder([], lambda: 0) as recorder:
        pending = recorder.invoke(0, f, None if f == "txn" else "k", asked)
        with pytest.raises(HistoryError) as error:
            recorder.ok(pending, value=answered)
    assert words in str(error.value)


@pytest.mark.parametrize("type_", ["fail", "info"])
def test_who_failed_owes_no_answer(type_: str) -> None:
    begun, ended = rows("txn", ASKED, None)
    (operation,) = History.of(convert([begun, {**ended, "type": type_}], list[Event])).client_operations
    assert operation.outcome == type_


def test_another_key_in_a_pair_of_key_and_value(tmp_path: Path) -> None:
    path = tmp_path / "history.edn"
    path.write_text(
        "{:type :invoke, :f :read, :value [5 nil], :process 0}\n"
        "{:type :ok, :f :read, :value [6 1], :process 0}\n"
    )
    with pytest.raises(HistoryError, match="line 2: expected the end of read on key 5"):
        load(path)
