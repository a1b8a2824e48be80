"""What people are told: names as they are, and what was not looked at."""

import pytest

from chaos.checkers import causality, linearizable, lost_write, run_checker
from chaos.checkers._words import sentence
from chaos.cli import main
from chaos.history import Event, History
from tests.unit.checkers.test_known_histories import FOLDER, load


def history(*rows: tuple[str, int, str, str | None, object]) -> History:
    """Rows of type, process, f, key, value."""
    events = (
        Event(index=at, time=at, type=type_, process=process, f=f, key=key, value=value, node="n1", epoch=1)  # type: ignore[arg-type]
        for at, (type_, process, f, key, value) in enumerate(rows)
    )
    return History.of(events)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("n1 (epoch 1) acknowledged", "n1 (epoch 1) acknowledged."),
        ("x1=2 was", "x1=2 was."),
        ("process 1 saw", "Process 1 saw."),
        ("", "."),
    ],
)
def test_a_name_keeps_its_small_letter(text: str, told: str) -> None:
    assert sentence(text) == told


@pytest.mark.parametrize(
    "name", ["needless-failover/found-nothing-had-happened", "needs-downtime/found-beyond-its-end"]
)
def test_no_witness_has_a_node_with_a_capital(name: str) -> None:
    (witness,) = run_checker(name.split("/")[0], load(name), bound_ms=300).witnesses
    assert "N1" not in witness.text and "n1" in witness.text


def test_linearizable_says_what_it_did_not_look_at(capsys: pytest.CaptureFixture[str]) -> None:
    name = "linearizable/not-found-beside-a-set"
    assert (
        linearizable.check(load(name)).summary == "not looked at: 2 of no register, 2 final reads of replicas"
    )
    assert main(["check", str(FOLDER / f"{name}.jsonl"), "--checker", "linearizable"]) == 0
    assert "linearizable (not looked at: 2 of no register" in capsys.readouterr().out


def test_an_insert_without_a_key_hides_no_lost_write() -> None:
    lost = load("lost-write/found-acknowledged-and-gone")
    last = len(lost.events)
    insert = [
        Event(index=last + at, time=lost.events[-1].time, type=type_, process=99, f="insert", value={"a": 1})  # type: ignore[arg-type]
        for at, type_ in enumerate(("invoke", "info"))
    ]
    assert lost_write.check(History.of([*lost.events, *insert])).found is True
    finding = lost_write.check(load("lost-write/not-found-beside-an-insert"))
    assert (finding.found, finding.summary) == (
        False,
        "not looked at, because of no register and no set: 1 insert",
    )


def test_a_value_from_nowhere_hides_no_breach_of_causality() -> None:
    story = history(
        *(("invoke", 0, "write", "x", 1), ("ok", 0, "write", "x", 1)),
        *(("invoke", 0, "read", "x", None), ("ok", 0, "read", "x", None)),
        *(("invoke", 1, "read", "y", None), ("ok", 1, "read", "y", 9)),
    )
    finding = causality.check(story)
    assert (finding.found, finding.count) == (True, 2)
    assert [witness.ops for witness in finding.witnesses] == [(0, 1, 2, 3), (4, 5)]


def test_a_key_that_cannot_be_judged_hides_no_breach_of_another() -> None:
    story = history(
        *(("invoke", 0, "cas", "z", [1, 2]), ("ok", 0, "cas", "z", [1, 2])),
        *(("invoke", 0, "write", "x", 1), ("ok", 0, "write", "x", 1)),
        *(("invoke", 0, "read", "x", None), ("ok", 0, "read", "x", None)),
    )
    for name in ("read-your-writes", "causality", "stale-read"):
        assert run_checker(name, story).found is True


def test_a_value_lost_in_one_of_two_partitions_is_lost() -> None:
    events = [
        *(("invoke", 0, "write", "x", 1, "n1", 1), ("ok", 0, "write", "x", 1, "n1", 1)),
        *(("invoke", 0, "write", "x", 2, "n1", 1), ("ok", 0, "write", "x", 2, "n1", 1)),
    ]
    made = [
        Event(index=at, time=at, type=t, process=p, f=f, key=k, value=v, node=n, epoch=1, partition=part)  # type: ignore[arg-type]
        for at, (t, p, f, k, v, n, part) in enumerate(events)
    ]
    for number, (node, partition, held) in enumerate((("n1", 1, 1), ("n2", 2, None))):
        for type_, value in (("invoke", None), ("ok", held)):
            at = len(made)
            fields = {"process": 9 + number, "f": "read", "key": "x", "node": node, "final": True}
            made.append(
                Event(index=at, time=at, type=type_, value=value, partition=partition, **fields)  # type: ignore[arg-type]
            )
    assert lost_write.check(History.of(made)).found is True
