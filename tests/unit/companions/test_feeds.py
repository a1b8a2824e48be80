"""What each feed makes of the same story: a price changes twice between two looks, and an item goes."""

from collections.abc import Sequence
from typing import Any

import pytest

from services.companions.feeds import PAGE, Change, Place, from_log
from services.messages import START, Entry, Message, Operation, Position
from services.messages.records import AnyRecord, Commit, Delete, Insert, Update
from services.messages.single_leader.feed import LogPage, ReadLog

TEA: AnyRecord = Insert("items", {"name": "tea", "price": 1, "holder": None})
DEARER = Update("items", {"name": "tea"}, {"price": 2})
HELD = Update("items", {"name": "tea"}, {"holder": "ann"})
GONE = Delete("items", {"name": "tea"})
VISIT = Insert("visits", {"page": "home", "visitor": None})


async def pages(records: Sequence[AnyRecord | Operation | None], place: int) -> tuple[list[Change], int]:
    """What the feed makes of this log after `place`, and its new place."""
    entries = [
        Entry(Position(1, number), one if isinstance(one, Operation) else None, None)
        if one is None or isinstance(one, Operation)
        else Entry(Position(1, number), record=one)
        for number, one in enumerate(records, start=1)
    ]

    async def ask(message: Message, expected: type[Any]) -> LogPage:
        assert isinstance(message, ReadLog)
        after = message.after.sequence
        return LogPage(
            node="n1",
            epoch=1,
            entries=entries[after : after + message.limit],
            acknowledged=Position(1, len(entries)),
        )

    page = await from_log(ask, Place(Position(1, place)), {})
    assert page.place.position in (START, Position(1, page.place.position.sequence))
    return list(page.changes), page.place.position.sequence


@pytest.mark.parametrize(
    ("records", "place", "changes", "new_place"),
    [
        ([], 0, [], 0),
        ([None, TEA, Commit(1)], 0, [("tea", 1)], 3),
        ([TEA, DEARER, Commit(2)], 0, [("tea", 1), ("tea", 2)], 3),
        ([TEA, Commit(1), DEARER, Commit(1), GONE, Commit(1)], 2, [("tea", 2), ("tea", None)], 6),
        ([TEA, Commit(1), DEARER], 0, [("tea", 1)], 2),  # no commit yet: from there again
        ([TEA, Operation("put", "x", 1), DEARER, Commit(1)], 0, [("tea", 2)], 4),  # a tail without an end
        ([VISIT, HELD, Commit(2)], 0, [], 3),
    ],
)
async def test_the_log_tells_every_change_of_complete_transactions(
    records: list[AnyRecord | Operation | None], place: int, changes: list[Change], new_place: int
) -> None:
    assert await pages(records, place) == (changes, new_place)


async def test_a_transaction_longer_than_a_page_comes_as_a_whole() -> None:
    rows: list[AnyRecord] = [Insert("items", {"name": f"tea{n}", "price": n}) for n in range(PAGE + 1)]
    changes, place = await pages([*rows, Commit(len(rows))], 0)
    assert (len(changes), place) == (PAGE + 1, PAGE + 2)
