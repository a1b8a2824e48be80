"""Log lines as they are shown: only those that somebody wants, and faults that stand out."""

from typing import Any

import pytest

from chaos.cluster import Event
from chaos.commands.telling import Wanted, heals, line_of


def said(time_s: float, node: str = "n1", event: str = "started", **fields: Any) -> Event:
    return Event(time_s, node, event, fields)


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
