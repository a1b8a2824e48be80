"""Log lines as a story: in order, each once, only those that somebody wants, and faults that stand out."""

from typing import Any

import pytest

from chaos.cluster import Event
from chaos.commands.telling import Story, Wanted, heals, line_of


def said(time_s: float, node: str = "n1", event: str = "started", **fields: Any) -> Event:
    return Event(time_s, node, event, fields)


def test_lines_come_in_the_order_of_time_and_wait_for_those_before_them() -> None:
    story, events = Story(), [said(3.0, "n2"), said(1.0)]
    assert list(story.news(events, until_s=2.0)) == [said(1.0)]
    events.append(said(2.5, "g1"))  # it took longer to get here
    assert [event.time_s for event in story.news(events, until_s=4.0)] == [2.5, 3.0]
    assert list(story.news(events, until_s=5.0)) == []


def test_a_line_that_comes_too_late_is_told_all_the_same() -> None:
    story = Story()
    assert list(story.news([said(2.0)], until_s=3.0)) == [said(2.0)]
    assert list(story.news([said(2.0), said(1.0, "n2")], until_s=3.0)) == [said(1.0, "n2")]


def test_the_same_line_twice_is_two_lines() -> None:
    story = Story()
    assert len(list(story.news([said(1.0)], until_s=2.0))) == 1
    assert len(list(story.news([said(1.0), said(1.0)], until_s=2.0))) == 1


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (Wanted(), ["n1 started", "n2 promoted", "nemesis kill", "n2 output"]),
        (Wanted(nodes=frozenset({"n2"})), ["n2 promoted", "nemesis kill", "n2 output"]),
        (
            Wanted(nodes=frozenset({"n1", "n2"}), level="notable"),
            ["n2 promoted", "nemesis kill", "n2 output"],
        ),
        (Wanted(roles=frozenset({"follower"})), ["n1 started", "nemesis kill"]),
    ],
)
def test_filters_never_hide_a_fault(wanted: Wanted, shown: list[str]) -> None:
    events = [
        said(1.0, "n1", role="follower"),
        said(2.0, "n2", "promoted", role="leader"),
        said(3.0, "nemesis", "kill", what="killed: n2"),
        said(4.0, "n2", "output", text="Traceback"),
    ]
    assert [f"{event.node} {event.event}" for event in events if wanted.shows(event)] == shown


@pytest.mark.parametrize("fault", ["stop-partition", "resume", "start", "fast", "reset-clock"])
def test_the_end_of_a_fault(fault: str) -> None:
    assert heals(fault)
    assert not any(map(heals, ("start-partition", "kill", "pause", "slow", "bump-clock")))


def test_faults_are_marked_in_plain_text_too() -> None:
    assert line_of(said(1.0, "nemesis", "kill", what="killed: n2")).endswith('what="killed: n2"  <<<')
    assert not line_of(said(1.0, "n1", "started")).endswith("<<<")
    assert line_of(said(1.0, "n1", "promoted")).count("<<<") == 1
