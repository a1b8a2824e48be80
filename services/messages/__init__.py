"""The records that nodes exchange, and their one encoding: JSON, by msgspec.

Frozen records with a tag on the wire. Everything that a leader or the controller says carries an
epoch: a receiver that knows a newer one refuses, and that refusal is how an old leader learns that
its time is over (Lampson calls them epochs; Raft, terms; PostgreSQL, timelines).

`SERVED` is the protocol as a table: which role understands which request.
"""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

import msgspec

from services.errors import LabError
from services.messages.cache import Cached, CacheGet, CachePut
from services.messages.copying import AddFollower, AskChunk, AskCopy, Chunk, CopyReady, TakeCopy
from services.messages.data import Contents, Read, ReadContents, ReadResult, Write, Written
from services.messages.feed import LogPage, ReadLog
from services.messages.leadership import Appoint, AskVote, HandOver, TakeOver, Vote
from services.messages.message import Message, kind_of
from services.messages.orders import (
    AskRoute,
    AskStatus,
    Configure,
    Fence,
    Heartbeat,
    LeaseGranted,
    PoweredOff,
    PowerOff,
    Probe,
    Probed,
    Promote,
    RenewLease,
    Route,
    Status,
    StepDown,
)
from services.messages.replication import Append, Appended
from services.messages.sessions import AskSession, SessionPosition
from services.messages.sql import Execute, Executed
from services.messages.values import (
    START,
    Entry,
    Lag,
    Operation,
    Position,
    ReadMode,
    Role,
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
    "AddFollower",
    "Append",
    "Appended",
    "Appoint",
    "AskChunk",
    "AskCopy",
    "AskRoute",
    "AskSession",
    "AskStatus",
    "AskVote",
    "CacheGet",
    "CachePut",
    "Cached",
    "Chunk",
    "Configure",
    "Contents",
    "CopyReady",
    "Entry",
    "Execute",
    "Executed",
    "Failed",
    "Fence",
    "HandOver",
    "Heartbeat",
    "Lag",
    "LeaseGranted",
    "Message",
    "Operation",
    "Position",
    "PowerOff",
    "PoweredOff",
    "Probe",
    "Probed",
    "Promote",
    "Read",
    "ReadContents",
    "ReadMode",
    "ReadResult",
    "RenewLease",
    "Role",
    "Route",
    "SessionPosition",
    "Status",
    "StepDown",
    "TakeCopy",
    "TakeOver",
    "Token",
    "Value",
    "Vote",
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


COMMON: tuple[type[Message], ...] = (AskStatus, Probe, Configure)
SERVED: Mapping[str, tuple[type[Message], ...]] = {
    "replica": (
        *(Write, Append, Read, Heartbeat, ReadContents, Fence, Promote, StepDown),
        AskSession,
        *(AskVote, TakeOver, HandOver, AskRoute, Execute, ReadLog, TakeCopy, AskCopy, AskChunk, AddFollower),
        *COMMON,
    ),
    "controller": (RenewLease, AskRoute, HandOver, Appoint, *COMMON),
    "gateway": (Write, Read, Execute, Route, CacheGet, CachePut, *COMMON),
    "cache": (CacheGet, CachePut, ReadContents, *COMMON),
    "indexer": (ReadContents, *COMMON),
    "carrier": (ReadContents, *COMMON),
}
SERVED_BY_SWITCHES: tuple[type[Message], ...] = (PowerOff, AskStatus)  # a switch is no node
REQUESTS: tuple[type[Message], ...] = tuple(
    dict.fromkeys(kind for kinds in (*SERVED.values(), SERVED_BY_SWITCHES) for kind in kinds)
)
REPLIES: tuple[type[Message], ...] = (
    *(Written, ReadResult, Contents, Appended, Status, PoweredOff, LeaseGranted, Route, Probed, Vote, Failed),
    *(SessionPosition, Executed, Cached, LogPage, CopyReady, Chunk),
)

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(reduce(or_, (*REQUESTS, *REPLIES)))


def encode(message: Message) -> bytes:
    """The message as JSON."""
    return _encoder.encode(message)


def decode(data: bytes) -> Message:
    """The message in `data`. Raises `LabError` bad-request that says what was expected where."""
    try:
        message: Message = _decoder.decode(data)
    except (ValueError, RecursionError) as error:  # what msgspec raises, and text that is not UTF-8
        raise LabError("bad-request", f"{error}; /openapi.json describes every message") from error
    return message


def failed(error: LabError) -> Failed:
    """The error as it travels."""
    return Failed(error=error.kind.code, message=error.text, definite=error.definite, leader=error.leader)


def result(reply: Message) -> Message:
    """The reply itself; raises the `LabError` that it carries if it is a failure."""
    if isinstance(reply, Failed):
        raise LabError(reply.error, reply.message, leader=reply.leader)
    return reply
