"""The records that nodes exchange, and their one encoding: JSON, by msgspec.

Frozen records with a tag on the wire. Messages of all nodes and clients are here; messages among the nodes of
one family are in that family's own module.

`SERVED` is the protocol as a table: which role understands which request.
"""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

import msgspec

from services.errors import LabError
from services.families import FAMILIES, part_of
from services.messages.cache import Cached, CacheGet, CachePut
from services.messages.data import Contents, Read, ReadContents, ReadResult, Write, Written
from services.messages.message import Message, kind_of
from services.messages.nodes import AskStatus, Configure, PoweredOff, PowerOff, Probe, Probed, Status
from services.messages.notes import AskNotes, Notes
from services.messages.sql import Execute, Executed
from services.messages.values import (
    START,
    Entry,
    Lag,
    Operation,
    Position,
    ReadMode,
    Token,
    Value,
    merged,
)

__all__ = [
    "REPLIES",
    "REQUESTS",
    "SERVED",
    "SERVED_BY_SWITCHES",
    "START",
    "AskNotes",
    "AskStatus",
    "CacheGet",
    "CachePut",
    "Cached",
    "Configure",
    "Contents",
    "Entry",
    "Execute",
    "Executed",
    "Failed",
    "Lag",
    "Message",
    "Notes",
    "Operation",
    "Position",
    "PowerOff",
    "PoweredOff",
    "Probe",
    "Probed",
    "Read",
    "ReadContents",
    "ReadMode",
    "ReadResult",
    "Status",
    "Token",
    "Value",
    "Write",
    "Written",
    "decode",
    "encode",
    "failed",
    "kind_of",
    "merged",
    "result",
]


class Failed(Message, frozen=True, kw_only=True):
    """A refusal or failure on the wire; see the table in `services.errors`."""

    error: str
    message: str
    definite: bool
    leader: str | None = None


_FAMILIES = tuple(part_of(name, "messages") for name in FAMILIES)
COMMON: tuple[type[Message], ...] = (AskStatus, AskNotes, Probe, Configure)
OF_ROLE: Mapping[str, tuple[type[Message], ...]] = {
    "replica": (Write, Read, ReadContents, Execute),
    "controller": (),
    "gateway": (Write, Read, Execute, CacheGet, CachePut),
    "device": (Write, Read, ReadContents, Execute),
    "cache": (CacheGet, CachePut, ReadContents),
    "indexer": (ReadContents,),
    "carrier": (ReadContents,),
}
SERVED: Mapping[str, tuple[type[Message], ...]] = {
    role: (*kinds, *(kind for family in _FAMILIES for kind in family.SERVED.get(role, ())), *COMMON)
    for role, kinds in OF_ROLE.items()
}
SERVED_BY_SWITCHES: tuple[type[Message], ...] = (PowerOff, AskStatus)  # a switch is not a node
REQUESTS: tuple[type[Message], ...] = tuple(
    dict.fromkeys(kind for kinds in (*SERVED.values(), SERVED_BY_SWITCHES) for kind in kinds)
)
REPLIES: tuple[type[Message], ...] = (
    *(Written, ReadResult, Contents, Status, Notes, PoweredOff, Probed, Failed, Executed, Cached),
    *(kind for family in _FAMILIES for kind in family.REPLIES),
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(reduce(or_, (*REQUESTS, *REPLIES)))


def encode(message: Message) -> bytes:
    """The message as JSON."""
    return _encoder.encode(message)


def decode(data: bytes) -> Message:
    """The message in `data`. Raises `LabError` bad-request, which says what was expected where."""
    try:
        message: Message = _decoder.decode(data)
    except (ValueError, RecursionError) as error:  # what msgspec raises, and text that is not UTF-8
        raise LabError("bad-request", f"{error}; /openapi.json describes every message") from error
    return message


def failed(error: LabError) -> Failed:
    """The error as a message."""
    return Failed(error=error.kind.code, message=error.text, definite=error.definite, leader=error.leader)


def result(reply: Message) -> Message:
    """The reply; if it is a failure, raises the `LabError` that it carries."""
    if isinstance(reply, Failed):
        raise LabError(reply.error, reply.message, leader=reply.leader)
    return reply
