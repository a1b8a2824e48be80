"""Four ways in which a consumer learns what changed in the table `items`.

| feed | asks for | learns |
|---|---|---|
| `log` | the logical log after its position | every change, in order |
| `poll` | the table as it is now, and compares | what differs from last time: nothing in between |
| `outbox` | rows that triggers wrote to an outbox table | every change, values included |
| `outbox-keys` | keys in the outbox, then the current rows | that something changed, and what it is by now |

A place is where to go on: kept by the consumer together with what it made of the changes.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from services.config import FeedKind
from services.messages import Entry, Execute, Executed, Message, Position
from services.messages.feed import LogPage, ReadLog
from services.messages.records import Commit, Delete, Insert, RowRecord, Scalar, Statement, Update

M = TypeVar("M", bound=Message)
PAGE = 64
TABLE = "items"

Change: TypeAlias = tuple[str, Scalar]  # an item's name, and its price; None when it is gone
Ask: TypeAlias = Callable[[Message, type[Any]], Awaitable[Any]]


@dataclass(frozen=True)
class Page:
    """What came: the changes in order, the new place, and up to where everything has been seen, if it is."""

    changes: Sequence[Change]
    place: int
    seen: Position | None


Feed: TypeAlias = Callable[[Ask, int, Mapping[str, Scalar]], Awaitable[Page]]


async def from_log(ask: Ask, place: int, known: Mapping[str, Scalar]) -> Page:
    """The transactions after `place` that are complete on this page."""
    page: LogPage = await ask(ReadLog(sequence=place, limit=PAGE), LogPage)
    changes, place, waiting = [], place, list[RowRecord]()
    for entry in page.entries:
        waiting = _taken_up(entry, waiting)
        if not isinstance(entry.record, Insert | Update | Delete):
            changes += [change for record in waiting if (change := _change(record))]
            waiting, place = [], entry.position.sequence
    seen = page.acknowledged if place >= page.acknowledged.sequence else None
    return Page(changes, place, seen)


async def by_polling(ask: Ask, place: int, known: Mapping[str, Scalar]) -> Page:
    """Whatever differs from `known`."""
    done = await _select(ask, f"SELECT name, price FROM {TABLE}")
    now = {str(name): price for name, price in done.results[0].rows}
    changes = [(name, price) for name, price in now.items() if known.get(name) != price]
    gone: list[Change] = [(name, None) for name in known if name not in now]
    return Page([*changes, *gone], place + 1, done.position)


async def from_outbox(ask: Ask, place: int, known: Mapping[str, Scalar]) -> Page:
    """The next rows of the outbox."""
    query = f"SELECT id, name, price FROM outbox WHERE id > ? ORDER BY id LIMIT {PAGE}"
    done = await _select(ask, query, place)
    rows = done.results[0].rows
    changes = [(str(name), price) for _, name, price in rows]
    return Page(changes, _last_id(rows, place), done.position if len(rows) < PAGE else None)


async def from_keys(ask: Ask, place: int, known: Mapping[str, Scalar]) -> Page:
    """The keys in the next rows of the outbox, and the rows that these keys have by now."""
    done = await _select(ask, f"SELECT id, name FROM outbox WHERE id > ? ORDER BY id LIMIT {PAGE}", place)
    rows, changes = done.results[0].rows, list[Change]()
    for name in dict.fromkeys(str(name) for _, name in rows):
        current = (await _select(ask, f"SELECT price FROM {TABLE} WHERE name = ?", name)).results[0].rows
        changes.append((name, current[0][0] if current else None))
    return Page(changes, _last_id(rows, place), done.position if len(rows) < PAGE else None)


FEEDS: Mapping[FeedKind, Feed] = {
    "log": from_log,
    "poll": by_polling,
    "outbox": from_outbox,
    "outbox-keys": from_keys,
}


async def _select(ask: Ask, sql: str, *parameters: Scalar) -> Executed:
    done: Executed = await ask(Execute(statements=(Statement(sql, parameters),), mode="leader"), Executed)
    return done


def _last_id(rows: Sequence[tuple[Scalar, ...]], place: int) -> int:
    last = rows[-1][0] if rows else place
    assert isinstance(last, int)
    return last


def _taken_up(entry: Entry, waiting: list[RowRecord]) -> list[RowRecord]:
    """The rows that wait for their commit after this entry; the commit takes exactly its own."""
    if isinstance(entry.record, Insert | Update | Delete):
        return [*waiting, entry.record]
    return waiting[-entry.record.rows :] if isinstance(entry.record, Commit) else []


def _change(record: RowRecord) -> Change | None:
    """What the record says of an item's price, if it does."""
    if record.table != TABLE:
        return None
    if isinstance(record, Insert):
        return str(record.new["name"]), record.new["price"]
    if isinstance(record, Delete):
        return str(record.old["name"]), None
    return (str(record.old["name"]), record.new["price"]) if "price" in record.new else None
