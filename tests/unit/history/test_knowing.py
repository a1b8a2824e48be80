"""What operations knew: written, read back, and refused where it does not belong."""

from itertools import count
from pathlib import Path

import pytest

from chaos.history import Event, History, HistoryError
from chaos.judging.measures import measure
from chaos.recording.recorder import Recorder


def recorded(into: Path | list[Event]) -> Recorder:
    ticks = count(1000, 10)
    return Recorder(into, lambda: next(ticks))


def test_what_was_recorded_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    with recorded(path) as recorder:
        write = recorder.invoke(0, "write", "x", "B", saw=["A"])
        recorder.ok(write, node="n1", position={"n1": 3, "n4": 1}, by="n4")
        recorder.ok(recorder.invoke(1, "read", "x"), siblings=["B", "C"], node="n1", position={"n1": 3})
        recorder.invoke(2, "delete", "x", saw=[])
    assert path.read_text().count('"saw"') == 2
    write_of, read, delete = History.load(path).operations
    assert (write_of.saw, write_of.position, write_of.by) == (["A"], {"n1": 3, "n4": 1}, "n4")
    assert (read.siblings, read.value, read.saw) == (["B", "C"], None, None)
    assert delete.saw == []


def test_a_final_read_has_siblings_and_a_vector() -> None:
    events: list[Event] = []
    with recorded(events) as recorder:
        contents = {"registers": {"y": "D"}, "sets": {}, "epoch": 1, "position": {"n1": 3, "n2": 5}}
        recorder.final("n1", {**contents, "siblings": {"x": ["B", "C"]}})
    keys, y, x = sorted(History.of(events).finals, key=lambda read: (read.key is not None, read.key != "y"))
    assert keys.value == ["x", "y"]
    assert (y.value, y.siblings, x.value, x.siblings) == ("D", None, None, ["B", "C"])
    assert x.position == {"n1": 3, "n2": 5}


def test_nobody_lags_by_a_vector() -> None:
    events: list[Event] = []
    with recorded(events) as recorder:
        recorder.ok(recorder.invoke(0, "write", "x", 1), node="n1", position={"n1": 1})
        recorder.ok(recorder.invoke(1, "read", "x"), node="n2", value=1, position={"n1": 1})
    assert not any(name.startswith("lag_ms") for name in measure(History.of(events)))


WRITE = '{"index":0,"time":1,"type":"invoke","process":0,"f":"write","key":"x","value":1%s}\n'
OK = '{"index":1,"time":2,"type":"ok","process":0,"f":"write","key":"x","value":1%s}\n'
READ = '{"index":0,"time":1,"type":"invoke","process":0,"f":"read","key":"x","value":null%s}\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (WRITE % ',"saw":7', "line 1: Expected `array | null`, got `int`"),
        (WRITE % ',"saw":["A"]' + OK % ',"siblings":["A"]', "line 2: expected siblings on the ok of a read"),
        (WRITE % "" + OK % ',"saw":["A"]', "line 2: expected saw on the invoke of a write alone"),
        (
            READ % ',"saw":["A"]',
            "line 1: expected saw on the invoke of a write alone, not on the invoke of read",
        ),
        (READ % ',"siblings":["A"]', "line 1: expected siblings on the ok of a read alone"),
    ],
)
def test_what_does_not_belong_is_refused_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "history.jsonl"
    path.write_text(text)
    with pytest.raises(HistoryError) as refused:
        History.load(path)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_recorder_refuses_it_too() -> None:
    with recorded([]) as recorder, pytest.raises(HistoryError, match="expected saw on the invoke of a write"):
        recorder.invoke(0, "read", "x", saw=[])
