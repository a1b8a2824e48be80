"""Four ways in which a consumer learns what changed in the table `items`.

| feed | asks for | learns |
|---|---|---|
| `log` | the logical log after its position | every change, in order |
| `poll` | the table as it is now, and compares | what differs from last time, but nothing in between |
| `outbox` | rows that triggers wrote to an outbox table | every change, values included |
| `outbox-keys` | keys in the outbox, then the current rows | that something changed, and what it is now |

A place says where to go on; the consumer keeps it together with what it made of the changes. Whatever the
feed, it is a position in the log (epoch and sequence), because tables and outbox are what the log adds up to.
While the source has that position in its log, all that was learned up to there holds for it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from services.errors import LabError
from services.messages import START, Entry, Execute, Executed, Message, Position
from services.messages.records import Commit, Delete, Insert, RowRecord, Scalar, Statement, Update
from services.messages.single_leader.feed import MOST_ENTRIES, LogPage, ReadLog
from services.settings.single_leader import FeedKind

PAGE = 64
TABLE = "items"
SNAPSHOT_ROWS, SNAPSHOT_PARTS = 1000, 32  # rows per statement, statements per transaction

Change: TypeAlias = tuple[str, Scalar]  # an item's name and its price, None if it is gone
Ask: TypeAlias = Callable[[Message, type[Any]], Awaitable[Any]]


class Place(NamedTuple):
    """What the feed needs is known up to `position` of the log, and up to `row` of the outbox."""

    position: Position = START
    row: int = 0

    def __str__(self) -> str:
        return f"{self.position}" + (f", row {self.row}" if self.row else "")

    def may_agree_at(self, position: Position) -> bool:
        """False if a log whose newest entry is at `position` cannot have this place."""
        return self.position.epoch <= position.epoch and self.position.sequence <= position.sequence


class PartedError(Exception):
    """The source does not have the consumer's place; the logs may agree at `meets` or before."""

    def __init__(self, node: str, meets: Position) -> None:
        super().__init__(f"the log of {node} parts from it after {meets}")
        self.meets = meets


@dataclass(frozen=True)
class Page:
    """What came: the changes in order, the new place, and the position up to which all is seen, if known."""

    changes: Sequence[Change]
    place: Place
    seen: Position | None


Feed: TypeAlias = Callable[[Ask, Place, Mapping[str, Scalar]], Awaitable[Page]]


async def from_log(ask: Ask, place: Place, known: Mapping[str, Scalar]) -> Page:
    """The transactions after `place` that are complete on a page; if none is, on a longer page."""
    page = await _log_page(ask, place, PAGE)
    if len(page.entries) == PAGE and all(map(_is_row, page.entries)):
        page = await _log_page(ask, place, MOST_ENTRIES)
    changes, end, waiting = list[Change](), place.position, list[RowRecord]()
    for entry in page.entries:
        waiting = _taken_up(entry, waiting)
        if not _is_row(entry):
            changes += [change for record in waiting if (change := _change(record))]
            waiting, end = [], entry.position
    seen = page.acknowledged if end.sequence >= page.acknowledged.sequence else None
    return Page(changes, Place(end, place.row), seen)


async def by_polling(ask: Ask, place: Place, known: Mapping[str, Scalar]) -> Page:
    """Whatever differs from `known`."""
    done = await _select(ask, place, f"SELECT name, price FROM {TABLE}")
    now = {str(name): price for name, price in done.results[0].rows}
    changes = [(name, price) for name, price in now.items() if known.get(name) != price]
    gone: list[Change] = [(name, None) for name in known if name not in now]
    return Page([*changes, *gone], _moved_on(place, done, bool(changes or gone)), done.position)


async def from_outbox(ask: Ask, place: Place, known: Mapping[str, Scalar]) -> Page:
    """The next rows of the outbox."""
    query = f"SELECT id, name, price FROM outbox WHERE id > ? ORDER BY id LIMIT {PAGE}"
    done = await _select(ask, place, query, place.row)
    rows = done.results[0].rows
    changes = [(str(name), price) for _, name, price in rows]
    return _of_outbox(place, rows, changes, done)


async def from_keys(ask: Ask, place: Place, known: Mapping[str, Scalar]) -> Page:
    """The keys in the next rows of the outbox, and their current rows."""
    query = f"SELECT id, name FROM outbox WHERE id > ? ORDER BY id LIMIT {PAGE}"
    done = await _select(ask, place, query, place.row)
    rows, changes = done.results[0].rows, list[Change]()
    for name in dict.fromkeys(str(name) for _, name in rows):
        done = await _select(ask, place, f"SELECT price FROM {TABLE} WHERE name = ?", name)
        current = done.results[0].rows
        changes.append((name, current[0][0] if current else None))
    return _of_outbox(place, rows, changes, done)


FEEDS: Mapping[FeedKind, Feed] = {
    "log": from_log,
    "poll": by_polling,
    "outbox": from_outbox,
    "outbox-keys": from_keys,
}


async def snapshot(ask: Ask) -> tuple[Mapping[str, Scalar], Place]:
    """The table in one consistent state, and the place of that state. Raises `LabError` too-large."""
    limits = [f"LIMIT {SNAPSHOT_ROWS} OFFSET {part * SNAPSHOT_ROWS}" for part in range(SNAPSHOT_PARTS)]
    parts = [Statement(f"SELECT name, price FROM {TABLE} ORDER BY name {limit}") for limit in limits]
    last_row = Statement("SELECT id FROM outbox ORDER BY id DESC LIMIT 1")
    done: Executed = await ask(Execute(statements=(*parts, last_row), mode="leader"), Executed)
    *found, row = (result.rows for result in done.results)
    if len(found[-1]) == SNAPSHOT_ROWS:
        most = SNAPSHOT_ROWS * SNAPSHOT_PARTS
        raise LabError("too-large", f"a snapshot has fewer than {most} rows, and {TABLE} has more")
    rows = {str(name): price for part in found for name, price in part}
    return rows, Place(done.position, _last_id(row, 0))


async def _log_page(ask: Ask, place: Place, limit: int) -> LogPage:
    """Raises `PartedError`, and `LabError` log-gone if the log does not reach back that far."""
    page: LogPage = await ask(ReadLog(after=place.position, limit=limit), LogPage)
    if page.parted is not None:
        raise PartedError(page.node, page.parted)
    return page


async def _select(ask: Ask, place: Place, sql: str, *parameters: Scalar) -> Executed:
    """The answer of a leader whose log has `place`. Raises like `_log_page`."""
    page = await _log_page(ask, place, 0)
    done: Executed = await ask(Execute(statements=(Statement(sql, parameters),), mode="leader"), Executed)
    if done.epoch != page.epoch:
        raise LabError("not-leader", f"epoch {page.epoch} was over before the second of two questions")
    return done


def _of_outbox(
    place: Place, rows: Sequence[tuple[Scalar, ...]], changes: Sequence[Change], done: Executed
) -> Page:
    moved = _moved_on(place, done, bool(rows))
    seen = done.position if len(rows) < PAGE else None
    return Page(changes, moved._replace(row=_last_id(rows, place.row)), seen)


def _moved_on(place: Place, done: Executed, came: bool) -> Place:
    """Even if nothing came, the place follows the log now and then, so that it is not trimmed away."""
    far = (
        done.position.epoch != place.position.epoch or done.position.sequence > place.position.sequence + PAGE
    )
    return place._replace(position=done.position) if came or far else place


def _last_id(rows: Sequence[tuple[Scalar, ...]], place: int) -> int:
    last = rows[-1][0] if rows else place
    assert isinstance(last, int)
    return last


def _is_row(entry: Entry) -> bool:
    return isinstance(entry.record, Insert | Update | Delete)


def _taken_up(entry: Entry, waiting: list[RowRecord]) -> list[RowRecord]:
    """The rows waiting for their commit after this entry; a commit takes exactly its own rows."""
    if isinstance(entry.record, Insert | Update | Delete):
        return [*waiting, entry.record]
    return waiting[-entry.record.rows :] if isinstance(entry.record, Commit) else []


def _change(record: RowRecord) -> Change | None:
    """What the record says about an item's price, if anything."""
    if record.table != TABLE:
        return None
    if isinstance(record, Insert):
        return str(record.new["name"]), record.new["price"]
    if isinstance(record, Delete):
        return str(record.old["name"]), None
    return (str(record.old["name"]), record.new["price"]) if "price" in record.new else None
