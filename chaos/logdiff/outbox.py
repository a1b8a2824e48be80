"""The log that triggers write: rows of an outbox, which a process outside asks for and carries elsewhere.

What is shown is what the carrier is told: the rows in the replies to its own queries. The carrier is the
lab's (`services.companions`), and so is the store of documents into which it puts what it learns.
"""

from contextlib import closing
from typing import Any, TypeAlias

import msgspec

from chaos.logdiff.copies import Copy, MakeDisk, World, prepared
from chaos.logdiff.pieces import Field, Followed, Kind, Piece, Shown, outcome, told
from chaos.logdiff.request import Request
from chaos.logdiff.spans import spans
from services.companions.documents import Documents
from services.companions.feeds import TABLE, from_outbox
from services.messages import Executed, Message, Value, encode
from services.messages.records import Scalar
from services.messages.single_leader.feed import LogPage, ReadLog
from services.messages.sql import Execute
from services.single_leader.storage import Storage
from services.sql.tables import read

PREFIX = f"{TABLE}/"
COLUMNS: tuple[tuple[str, Kind], ...] = (("id", "place"), ("name", "key"), ("price", "value"))

Contents: TypeAlias = dict[str, Value]


class Door:
    """Answers a consumer's queries from the leader's copy, and keeps the answers; it has every place."""

    def __init__(self, leader: Storage) -> None:
        self._leader, self.replies = leader, list[Executed]()

    async def ask(self, message: Message, _: type[Any]) -> Executed | LogPage:
        """See `services.companions.feeds.Ask`."""
        storage = self._leader
        if isinstance(message, ReadLog):
            return LogPage(node="n1", epoch=storage.epoch, entries=[], acknowledged=storage.last)
        assert isinstance(message, Execute)
        results = read(storage.reader, message.statements)
        reply = Executed(node="n1", epoch=storage.epoch, position=storage.last, results=results)
        self.replies.append(reply)
        return reply


async def by_triggers(request: Request, make_disk: MakeDisk, world: World) -> Shown:
    """Execute the request where triggers note each change of `items`, and let the carrier fetch that."""
    target = Documents(make_disk("trigger-carrier"))
    with closing(Copy(make_disk("trigger-leader"), world.of_leader(outbox=True), "row")) as leader:
        prepared(request, leader)
        await _carry(Door(leader.storage), target)
        before = leader.contents()
        leader.perform(request.statements)
        door = Door(leader.storage)
        await _carry(door, target)
        rows = [row for reply in door.replies for row in reply.results[0].rows]
        size = sum(len(encode(reply)) for reply in door.replies)
        return Shown("trigger", [piece(row) for row in rows], size, _followed(before, leader, target))


async def _carry(door: Door, target: Documents) -> None:
    """Until the outbox has no more rows."""
    seen = None
    while seen is None:
        page = await from_outbox(door.ask, target.place, target.known())
        target.apply(page.changes, page.place)
        seen = page.seen


def piece(row: tuple[Scalar, ...]) -> Piece:
    """A row of the outbox as it stands in the reply to the carrier."""
    data = msgspec.json.encode(row)
    fields = [
        Field(span.offset, span.length, name, told(span.value), kind)
        for span, (name, kind) in zip(spans(data), COLUMNS, strict=True)
    ]
    number, name, price = row
    gone = f"{TABLE} {told(name)} is gone"
    return Piece(
        f"outbox row {number}", data, fields, [gone if price is None else f"price of {told(name)}: {price}"]
    )


def _followed(before: Contents, leader: Copy, target: Documents) -> Followed:
    """Whether the documents have the prices, and which changed rows of other tables they never hear of."""
    after, known = leader.contents(), target.known()
    prices = {key.removeprefix(PREFIX): row for key, row in after.items() if key.startswith(PREFIX)}
    found = []
    for name in dict.fromkeys((*prices, *known)):
        row = prices.get(name)
        price = row["price"] if isinstance(row, dict) else None
        if price != known.get(name):
            found.append(f"{PREFIX}{name}: {told(price)} on the leader, {told(known.get(name))} here")
    unheard = [
        key
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key) and not key.startswith((PREFIX, "outbox/"))
    ]
    missing = "lacks 1 change" if len(unheard) == 1 else f"lacks {len(unheard)} changes"
    result = outcome(found) if found else missing if unheard else "has every price"
    found += [f"{key} changed, and no trigger sits on that table" for key in unheard]
    return Followed(result, found, "yes, and another kind of store")
