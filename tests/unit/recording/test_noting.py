"""Notes of both ends are put together to what became of each request."""

import pytest

from chaos.cluster import ClusterError
from chaos.recording.exchange import Exchange
from chaos.recording.noting import Collection
from services.messages import AskNotes, Notes
from services.messages.notes import Facts, Note

ASKED = Facts("ask-status")


class Nodes:
    """Each has notes, and gives out one at a time, until it is killed."""

    def __init__(self, **pages: list[Note]) -> None:
        self.pages, self.asked = pages, 0

    async def notes(self, node: str, asked: AskNotes) -> Notes:
        if node not in self.pages:
            raise ClusterError(f"{node} is dead")
        self.asked += 1
        page, first = self.pages[node], asked.after if asked.life == "1" else 0
        until = min(first + 1, len(page))
        return Notes(node=node, life="1", until=until, notes=page[first:until], more=until < len(page))


def said(outcome: str | None, number: int = 1) -> Note:
    return Note("n1/1/1", number, ASKED, "n2", 1.0, 4.0, outcome)


def heard(number: int = 1) -> Note:
    return Note("n1/1/1", number, ASKED, None, 2.0, 3.0)


async def collected(nodes: Nodes) -> list[Exchange]:
    collection = Collection(nodes)
    for _ in range(2):
        for node in ("n1", "n2"):
            await collection.ask(node)
    return collection.exchanges()


@pytest.mark.parametrize("outcome", ["ok", "timed-out", None])
async def test_both_ends_together_tell_it_all(outcome: str | None) -> None:
    (exchange,) = await collected(Nodes(n1=[said(outcome)], n2=[heard()]))
    assert exchange == Exchange(1.0, "n1", "n2", ASKED, 2.0, 3.0, 4.0, outcome)


@pytest.mark.parametrize("outcome", ["timed-out", "connection-lost", "unreachable", None])
async def test_what_only_its_caller_noted_and_nobody_answered_was_lost(outcome: str | None) -> None:
    (exchange,) = await collected(Nodes(n1=[said(outcome)], n2=[]))
    assert (exchange.arrived_s, exchange.answered_s, exchange.ended_s) == (None, None, 4.0)


@pytest.mark.parametrize("outcome", ["ok", "not-leader"])
async def test_what_was_answered_arrived_though_the_other_end_was_killed_with_its_notes(outcome: str) -> None:
    (exchange,) = await collected(Nodes(n1=[said(outcome)]))
    assert (exchange.target, exchange.arrived_s, exchange.answered_s) == ("n2", 1.0, 4.0)


async def test_what_only_the_other_end_noted_has_no_end() -> None:
    (exchange,) = await collected(Nodes(n2=[heard()]))
    assert exchange == Exchange(2.0, "n1", "n2", ASKED, 2.0, 3.0, None, None)


async def test_who_has_told_everything_is_not_asked_again_at_once() -> None:
    """Under load there is always something new."""
    nodes = Nodes(n1=[said("ok", number) for number in range(3)])
    await Collection(nodes).ask("n1")
    assert nodes.asked == 3


async def test_what_was_over_before_the_run_began_takes_no_room() -> None:
    collection = Collection(Nodes(n1=[said("ok"), Note("n1/1/1", 2, ASKED, "n2", 5.0, 6.0, "ok")]), (), 5.0)
    await collection.ask("n1")
    assert [each.sent_s for each in collection.exchanges()] == [5.0]


async def test_they_come_in_the_order_of_sending_and_each_once() -> None:
    later = Note("n1/1/1", 2, ASKED, "n2", 0.5, 4.0, "ok")
    found = await collected(Nodes(n1=[said("ok"), later], n2=[heard()]))
    assert [each.sent_s for each in found] == [0.5, 1.0]
