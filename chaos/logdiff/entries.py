"""The two logs of a replica's own entries: statements, and rows with a commit record behind them."""

from collections.abc import Iterator, Mapping
from contextlib import closing

import msgspec

from chaos.logdiff.copies import Copy, MakeDisk, World, differences, messages, prepared
from chaos.logdiff.pieces import Field, Followed, Kind, Piece, Shown, outcome, told, told_row
from chaos.logdiff.request import Request
from chaos.logdiff.spans import Span, spans
from services.errors import LabError
from services.messages import Entry
from services.messages.records import AnyRecord, Commit, Delete, Insert, Statements, Update
from services.ports import OTHER_FORMAT
from services.settings.single_leader import ReplicationLog

KINDS: Mapping[str | int, Kind] = {
    **{"position": "place", "record": "what", "table": "what", "sql": "text", "parameters": "value"},
    **{"old": "key", "new": "value", "rows": "check"},
}
POSITION = ("epoch", "sequence")


def by_statements(request: Request, make_disk: MakeDisk, world: World) -> Shown:
    """The SQL text, which followers execute again."""
    return Shown("statement", *_tried("statement", request, make_disk, world))


def by_rows(request: Request, make_disk: MakeDisk, world: World) -> Shown:
    """Row records of the transaction's changeset, and a commit record."""
    return Shown("row", *_tried("row", request, make_disk, world))


def _tried(
    log: ReplicationLog, request: Request, make_disk: MakeDisk, world: World
) -> tuple[list[Piece], int, Followed]:
    """Execute the request under `log`, ship what came of it to two followers, and compare."""
    with (
        closing(Copy(make_disk(f"{log}-leader"), world.of_leader(), log)) as leader,
        closing(Copy(make_disk(f"{log}-follower"), world.of_follower(), log)) as follower,
        closing(Copy(make_disk(f"{log}-other-format"), world.of_follower(), log, OTHER_FORMAT)) as other,
    ):
        prepared(request, leader, follower, other)
        begin = leader.storage.last.sequence
        leader.perform(request.statements)
        entries = leader.after(begin)
        size = sum(map(len, messages(leader.storage, entries)))
        return [piece(entry) for entry in entries], size, _followed(leader, follower, other)


def _followed(leader: Copy, follower: Copy, other: Copy) -> Followed:
    other_format, refusal = other.takes(leader)
    try:
        follower.follow(leader)
    except LabError as error:
        return Followed("cannot go on", [error.text], other_format, refusal)
    found = differences(leader.contents(), follower.contents())
    return Followed(outcome(found), found, other_format, refusal)


def piece(entry: Entry) -> Piece:
    """An entry as it stands in the log and in a message to a follower; it has a record."""
    assert entry.record is not None
    data = msgspec.json.encode(entry)
    title = f"{type(entry.record).__name__.lower()} at {entry.position}"
    return Piece(title, data, [_field(span) for span in spans(data)], list(_reading(entry.record)))


def _field(span: Span) -> Field:
    name = next(str(part) for part in reversed(span.path) if isinstance(part, str))
    kind = next(KINDS[part] for part in span.path if part in KINDS and (part != "record" or name == "record"))
    if name == "position":
        name = POSITION[int(span.path[-1])]
    elif kind in ("key", "value") and len(span.path) == 3:
        name = f"{span.path[1]} {name}"
    return Field(span.offset, span.length, name, told(span.value), kind)


def _reading(record: AnyRecord) -> Iterator[str]:
    if isinstance(record, Statements):
        for each in record.statements:
            yield each.sql + (f"  with {', '.join(map(told, each.parameters))}" if each.parameters else "")
    elif isinstance(record, Commit):
        what = "row before this is" if record.rows == 1 else f"{record.rows} rows before this are"
        yield f"the {what} a transaction, and it is complete"
    elif isinstance(record, Insert):
        yield f"insert into {record.table}: {told_row(record.new)}"
    elif isinstance(record, Delete):
        yield f"delete from {record.table} where {told_row(record.old)}"
    elif isinstance(record, Update):
        yield f"update {record.table} where {told_row(record.old)}: {told_row(record.new)}"
