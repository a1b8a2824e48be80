"""Schedules that people write: read back as they were; each mistake is one line with its remedy."""

import json
from pathlib import Path
from typing import Any

import pytest

from chaos.cluster.shape import Companion, Shape
from chaos.schedules.schedule import Schedule, Stroke
from chaos.schedules.telling import WrittenError
from chaos.schedules.written import MOST_BYTES, Written, read, written
from tests.repository import ROOT

KILL = {"kind": "kill", "at_ms": 0, "for_ms": 1000, "source": "leader"}
EXAMPLES = ROOT / "docs" / "examples"


def stroke(**changed: Any) -> dict[str, Any]:
    return {"strokes": [{**KILL, **changed}]}


def test_what_is_written_down_is_read_as_it_was() -> None:
    strokes = (
        Stroke(kind="cut", at_ms=0, for_ms=500, source="n1", targets=("n2", "controller"), part_of="a"),
        Stroke(kind="slow", at_ms=100, for_ms=500, source="n1", amount=300),
        Stroke(kind="refuse", at_ms=100, for_ms=500, source="g1", targets=("n1",)),
        Stroke(kind="hand-over", at_ms=200, for_ms=0, source="leader", targets=("n2",)),
    )
    settings = {"family": "single-leader", "replication": "async"}
    shape = Shape(3, 2, companions=(Companion("buffer", "cache"),))
    whole = Written(Schedule(strokes, 4000, 10), "A title", settings, shape, 40, 0, ("lost-write",))
    assert written(json.loads(json.dumps(whole.to_json()))) == whole


def test_only_the_faults_have_to_be_there() -> None:
    usual = written({"strokes": [KILL]})
    assert (usual.shape, usual.writes_per_s, usual.finds, usual.schedule.before) == (Shape(), 20, (), 30)
    assert usual.schedule.strokes == (Stroke(kind="kill", at_ms=0, for_ms=1000, source="leader"),)


def test_faults_stand_in_the_order_of_time() -> None:
    both = written({"strokes": [{**KILL, "at_ms": 900}, KILL]})
    assert [each.at_ms for each in both.schedule.strokes] == [0, 900]


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.name)
def test_the_examples_of_the_documentation_can_be_read(path: Path) -> None:
    assert read(path).schedule.strokes


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ([], "a schedule is a JSON object, not []; docs/schedules.md shows one"),
        ({}, "strokes is missing; it is a list of faults, at least one"),
        ({"strokes": []}, "strokes is []; it is a list of faults, at least one"),
        ({"strokes": "none"}, 'strokes is "none"; it is a list of faults, at least one'),
        ({"strokes": [KILL] * 501}, "strokes has 501 faults; 500 are the most"),
        ({"stroke": [KILL]}, "there is no field 'stroke'; did you mean strokes?"),
        ({"strokes": ["kill"]}, 'strokes[0] is an object like {"kind": "kill", "at_ms": 0'),
        (stroke(kind="kil"), 'strokes[0].kind is "kil", and there is no such fault; did you mean kill?'),
        (stroke(kind=7), "strokes[0].kind is 7, and there is no such fault; there are: cut, "),
        (stroke(source="n9"), 'strokes[0].source is "n9", and no node has that name; there are: n1, n2'),
        (stroke(source=None), "strokes[0].source is null, and no node has that name; there are: n1, "),
        (
            stroke(targets=["n1", "x"]),
            'strokes[0].targets[1] is "x", and no node has that name; there are: n1',
        ),
        (stroke(targets="n2"), 'strokes[0].targets is a list of nodes like ["n2"], not "n2"'),
        (stroke(at_ms="soon"), 'strokes[0].at_ms is "soon"; it is a whole number from 0 to 600000'),
        (stroke(at_ms=-1), "strokes[0].at_ms is -1; it is a whole number from 0 to 600000"),
        (stroke(at_ms=1.5), "strokes[0].at_ms is 1.5; it is a whole number from 0 to 600000"),
        (stroke(at_ms=True), "strokes[0].at_ms is true; it is a whole number"),
        (stroke(for_ms=10**9), "strokes[0].for_ms is 1000000000; it is a whole number from 0 to 600000"),
        (stroke(for_ms=0), "strokes[0].for_ms is 0 or missing; say for how many milliseconds it lasts"),
        (stroke(when=1), "there is no field 'strokes[0].when'; there are: kind, at_ms"),
        (stroke(amount=5), "strokes[0].amount is 5; it is a whole number from 0 to 0"),
        (stroke(kind="slow"), "strokes[0].amount is 0; it is a whole number from 1 to 60000 (milliseconds)"),
        (stroke(kind="clock"), "strokes[0].amount is 0, which changes nothing; clock needs milliseconds"),
        (stroke(part_of=1), "strokes[0].part_of is a name of at most 80 characters, not 1"),
        (
            stroke(kind="cut", source="g1", targets=["g2"]),
            "strokes[0]: g1 never talks with g2, so there is no link to strike",
        ),
        (
            stroke(kind="refuse", source="n1", targets=["g1"]),
            "strokes[0]: n1 never asks g1, so there is no link to strike",
        ),
        (stroke(kind="promote", source="g1"), "strokes[0].source is 'g1'; only a replica can be promoted"),
        (stroke(kind="hand-over", source="n1"), "strokes[0].source is 'n1'; who hands over is the leader"),
        (
            {"settings": {"family": "leaderless"}, **stroke(kind="promote", source="n1")},
            "strokes[0].kind is 'promote', which nobody can order in a leaderless cluster; leave it out",
        ),
        (
            {"settings": {"family": "leaderless"}, **stroke()},
            'strokes[0].source is "leader", and no node has that name; there are: n1, n2, n3, g1',
        ),
        ({**stroke(), "settings": {"reads": "nope"}}, "settings: reads"),
        ({**stroke(), "settings": {"family": "none"}}, "settings: there is no family 'none'; there are"),
        ({**stroke(), "settings": []}, 'settings is an object like {"replication": "async"}, not []'),
        ({**stroke(), "shape": 3}, 'shape is an object like {"replicas": 3, "gateways": 2}, not 3'),
        ({**stroke(), "shape": {"replicas": 10}}, "shape.replicas is 10; it is a whole number from 0 to 9"),
        ({**stroke(), "shape": {"gateways": 0}}, "shape: a cluster has 1 to 9 gateways, not 0"),
        (
            {**stroke(), "shape": {"nodes": 3}},
            "there is no field 'shape.nodes'; there are: replicas, gateways",
        ),
        ({**stroke(), "shape": {"companions": ["a"]}}, "a companion in shape is an object like"),
        (
            {**stroke(), "shape": {"companions": [{"name": "a", "role": "devise"}]}},
            "shape.companions.role has 'devise', which does not exist; did you mean device?",
        ),
        (
            {**stroke(), "load": {"writes_per_s": 0}},
            "load.writes_per_s is 0; without a write there is nothing",
        ),
        ({**stroke(), "load": {"reads_per_s": "x"}}, 'load.reads_per_s is "x"; it is a number from 0 to 500'),
        (
            {**stroke(), "load": {"writes_per_s": 501}},
            "load.writes_per_s is 501; it is a number from 0 to 500",
        ),
        ({**stroke(), "load": {"writes": 1}}, "there is no field 'load.writes'; did you mean writes_per_s?"),
        ({**stroke(), "load": 20}, 'load is an object like {"writes_per_s": 20}, not 20'),
        (
            {**stroke(), "finds": ["lost-writes"]},
            "finds has 'lost-writes', which does not exist; did you mean lost-",
        ),
        ({**stroke(), "finds": "lost-write"}, 'finds is a list, not "lost-write"'),
        ({**stroke(), "title": ""}, 'title is a text of at most 200 characters, not ""'),
        ({**stroke(), "before": -1}, "before is -1; it is a whole number from 0 to 10000"),
        ({**stroke(), "length_ms": "x"}, 'length_ms is "x"; it is a whole number from 0 to 600000'),
        (
            {**stroke(), "format": "lab-schedule-2"},
            'format is "lab-schedule-2"; this lab reads lab-schedule-1',
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(document: Any, complaint: str) -> None:
    with pytest.raises(WrittenError) as raised:
        written(document)
    said = str(raised.value)
    assert said.startswith(complaint) and "\n" not in said


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"{", "it is not JSON: "),
        (b"", "it is not JSON: "),
        (b"\xff", "it is not UTF-8"),
        (b'{"strokes": NaN}', "NaN is not a JSON value"),
        (b'{"title": "a", "title": "b"}', "the field 'title' is given more than once"),
        (b"[" * 100_000, "nested"),
        (b" " * (MOST_BYTES + 1), f"it has more than {MOST_BYTES} bytes"),
    ],
)
def test_a_file_that_is_no_schedule_is_said_to_be_none(tmp_path: Path, body: bytes, complaint: str) -> None:
    path = tmp_path / "wrong.json"
    path.write_bytes(body)
    with pytest.raises(WrittenError) as raised:
        read(path)
    said = str(raised.value)
    assert said.startswith(f"{path}: ") and complaint in said
    assert said.endswith("docs/schedules.md shows one") and "\n" not in said


def test_a_file_that_is_not_there_or_a_folder_cannot_be_read(tmp_path: Path) -> None:
    for path, why in ((tmp_path / "none.json", "No such file"), (tmp_path, "Is a directory")):
        with pytest.raises(WrittenError, match=f"cannot be read .{why}.*; name a schedule's file"):
            read(path)
