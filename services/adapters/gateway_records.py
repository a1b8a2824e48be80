"""What a gateway answers to clients, as records of which the OpenAPI document makes schemas."""

import msgspec

from services.messages import Value
from services.messages.multi_leader import Kept
from services.messages.sql import ResultSet


class Acknowledged(msgspec.Struct):
    """A write is acknowledged by the rule in force; `by` is who coordinated, where that is not `node`.

    Of those who have it, `hints` only keep it for homes that could not be reached (a sloppy quorum);
    `stand_ins` has for each such home who keeps it, and for a read who answered in its place.
    `position` is a place in the leader's log, or, without a leader, an object: what is known of each writer.
    """

    key: str
    node: str
    epoch: int
    position: int | dict[str, int]
    by: str | msgspec.UnsetType = msgspec.UNSET
    hints: int | msgspec.UnsetType = msgspec.UNSET
    stand_ins: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    partition: int | msgspec.UnsetType = msgspec.UNSET


class Register(Acknowledged, kw_only=True):
    """A register's value, on the replica that answered; null where there are several, the `siblings`.

    It has all that was acknowledged more than `behind_ms` ago.
    """

    value: Value
    siblings: list[Value] | msgspec.UnsetType = msgspec.UNSET
    behind_ms: float | msgspec.UnsetType = msgspec.UNSET


class Elements(Acknowledged, kw_only=True):
    """A set's elements, on the replica that answered."""

    elements: list[Value]


class Results(msgspec.Struct):
    """What each statement returned, and how many rows it changed."""

    node: str
    epoch: int
    position: int
    results: list[ResultSet]


class Steps(msgspec.Struct):
    """What each step that reads saw, and null for the others; `position` is as in `Acknowledged`."""

    node: str
    epoch: int
    position: dict[str, int]
    results: list[Value]


class Conflicting(msgspec.Struct):
    """What readers of a key are shown, and the versions of it that knew nothing of each other.

    `winner` is the one that all leaders would choose, null where there is no conflict.
    """

    key: str
    node: str
    epoch: int
    position: dict[str, int]
    shown: list[Value]
    winner: Kept | None
    losers: list[Kept]


class NodeState(msgspec.Struct):
    """What a node says of itself; `role` is null when it does not answer."""

    role: str | None
    epoch: int = 0
    leader: str | None = None
    lag_s: float | None = None
    position: int = 0
    error: str = ""
    message: str = ""


class ClusterState(msgspec.Struct):
    """The cluster as this gateway sees it; `leads` has the leader of each partition, with its epoch."""

    gateway: str
    leader: str | None
    epoch: int
    nodes: dict[str, NodeState]
    leads: dict[str, int] = {}


class Ready(msgspec.Struct):
    """The gateway knows who leads."""

    status: str


class Failure(msgspec.Struct):
    """An error; `leader` where somebody else would know better."""

    error: str
    message: str
    definite: bool
    leader: str | None = None
