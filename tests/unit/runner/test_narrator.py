"""What nodes say as a story: in the order of time, each line once, and as often as it was said."""

from collections.abc import Sequence
from typing import Any

from chaos.cluster import Event
from chaos.running.narrator import Narrator, Story, Tone
from tests.world.virtually import simulated
from tests.world.world import World


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


class Talkative(World):
    """A cluster whose nodes have said just this."""

    def __init__(self, said: list[Event]) -> None:
        super().__init__()
        self._said = said

    def events(self) -> Sequence[Event]:
        return self._said


@simulated
async def test_two_refusals_of_one_moment_are_both_told_and_nothing_twice() -> None:
    told: list[tuple[float, str]] = []

    def tell_at(second: float, text: str, tone: Tone) -> None:
        told.append((second, text))

    lines = [said(9.0, event="promoted"), said(10.5, event="refused", by="n2"), said(10.5, event="started")]
    narrator = Narrator(Talkative(lines), tell_at, began_s=10.0, elapsed_ns=lambda: 0)
    narrator.tell_news()
    lines.append(said(10.5, event="refused", by="n3"))
    narrator.tell_news()
    narrator.tell_news()
    assert told == [(0.5, "n1 refused by=n2"), (0.5, "n1 refused by=n3")]
