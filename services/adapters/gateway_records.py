"""What a gateway answers to clients, as records; the OpenAPI document makes schemas from them."""

import msgspec

from services.messages import Value
from services.messages.multi_leader import Kept
from services.messages.sql import ResultSet


class Acknowledged(msgspec.Struct):
    """A write is acknowledged by the rule in force; `by` is the coordinator, if that is not `node`.

    `hints` counts the nodes that only keep it for homes that could not be reached (a sloppy quorum);
    `stand_ins` names, for each such home, the node that keeps it, or that answered a read in its place.
    `position` is a place in the leader's log or, without a leader, an object: what is known of each writer.
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
    """A register's value on the replica that answered; null if there are several, the `siblings`.

    The replica has all that was acknowledged more than `behind_ms` ago.
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
    """What each reading step saw, and null for the others; for `position` see `Acknowledged`."""

    node: str
    epoch: int
    position: dict[str, int]
    results: list[Value]


class Conflicting(msgspec.Struct):
    """What readers of a key are shown, and its concurrent versions.

    `winner` is the version that all leaders would choose, null if there is no conflict.
    """

    key: str
    node: str
    epoch: int
    position: dict[str, int]
    shown: list[Value]
    winner: Kept | None
    losers: list[Kept]


class NodeState(msgspec.Struct):
    """A node's status; `role` is null if the node does not answer."""

    role: str | None
    epoch: int = 0
    leader: str | None = None
    lag_s: float | None = None
    position: int = 0
    error: str = ""
    message: str = ""


class ClusterState(msgspec.Struct):
    """The cluster as this gateway sees it; `leads` has each partition's leader and epoch."""

    gateway: str
    leader: str | None
    epoch: int
    nodes: dict[str, NodeState]
    leads: dict[str, int] = {}


class Ready(msgspec.Struct):
    """The gateway knows who leads."""

    status: str


class Failure(msgspec.Struct):
    """An error; `leader` names the node to ask instead, if known."""

    error: str
    message: str
    definite: bool
    leader: str | None = None
