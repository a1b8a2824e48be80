"""What the nodes of a single-leader group say to each other; everything from a leader carries an epoch.

A receiver that knows a newer epoch refuses, and that refusal tells an old leader that its time is over
(Lampson calls them epochs; Raft, terms; PostgreSQL, timelines).
"""

from collections.abc import Mapping

from services.messages.message import Message
from services.messages.single_leader.control import (
    AskRoute,
    Fence,
    Heartbeat,
    LeadStatus,
    LeaseGranted,
    Promote,
    Pulse,
    RenewLease,
    Route,
    StepDown,
    lead,
)
from services.messages.single_leader.copying import (
    AddFollower,
    AskChunk,
    AskCopy,
    Chunk,
    CopyReady,
    TakeCopy,
)
from services.messages.single_leader.feed import LogPage, ReadLog
from services.messages.single_leader.leadership import Appoint, AskVote, HandOver, TakeOver, Vote
from services.messages.single_leader.replication import Append, Appended
from services.messages.single_leader.sessions import AskSession, SessionPosition

__all__ = [
    "DETAIL",
    "REPLIES",
    "SERVED",
    "AddFollower",
    "Append",
    "Appended",
    "Appoint",
    "AskChunk",
    "AskCopy",
    "AskRoute",
    "AskSession",
    "AskVote",
    "Chunk",
    "CopyReady",
    "Fence",
    "HandOver",
    "Heartbeat",
    "LeadStatus",
    "LeaseGranted",
    "LogPage",
    "Promote",
    "Pulse",
    "ReadLog",
    "RenewLease",
    "Route",
    "SessionPosition",
    "StepDown",
    "TakeCopy",
    "TakeOver",
    "Vote",
    "lead",
]

SERVED: Mapping[str, tuple[type[Message], ...]] = {
    "replica": (
        *(Append, Heartbeat, Fence, Promote, StepDown, AskSession, AskVote, TakeOver, HandOver, AskRoute),
        *(ReadLog, TakeCopy, AskCopy, AskChunk, AddFollower),
    ),
    "controller": (RenewLease, AskRoute, HandOver, Appoint),
    "gateway": (Route,),
}
REPLIES: tuple[type[Message], ...] = (
    *(Appended, Pulse, LeaseGranted, Route, Vote, SessionPosition, LogPage, CopyReady, Chunk),
)
DETAIL = LeadStatus
