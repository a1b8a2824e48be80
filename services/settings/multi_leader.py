"""The settings of multi-leader replication: who ships to whom, and what becomes of conflicting writes."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from services.settings.clocks import Clock, check_clocks
from services.settings.common import CommonSettings

Conflicts: TypeAlias = Literal[  # see services/multi_leader/resolvers
    "lww",
    "arrival-order",
    "replica-priority",
    "record",
    "merge",
    "on-write-handler",
    "crdt",
    "three-way-merge",
]
HANDLERS = ("wiki-titles",)  # see services/multi_leader/handlers
Home: TypeAlias = Literal["gateway", "record"]
Delivery: TypeAlias = Literal["arrival", "causal"]
Detection: TypeAlias = Literal["async", "sync"]
OnReturn: TypeAlias = Literal["sync", "overwrite"]
TopologyName: TypeAlias = Literal["all-to-all", "ring", "ring-rerouted", "star"]  # see …/topologies
Inside: TypeAlias = Literal["none", "async", "quorum-ack"]
Documents: TypeAlias = Literal[  # see services/multi_leader/documents
    "none", "lock", "last-write-wins", "operational-transformation", "crdt"
]

MOST_STEPS = 10_000_000
MOST_HOPS = 1000  # the change records each of them


class MultiLeaderSettings(CommonSettings, frozen=True, kw_only=True, tag="multi-leader"):
    """How leaders share their changes and settle conflicts; times in milliseconds."""

    conflicts: Conflicts = "record"  # what becomes of concurrent versions
    # The same, by key prefix; of several prefixes the longest counts.
    conflicts_of: dict[str, Conflicts] = msgspec.field(default_factory=dict)
    handler: str = "wiki-titles"  # the application's own, for `on-write-handler`: a name, or a file
    handler_steps: int = 100_000  # lines of Python that it may run; then it is stopped
    detection: Detection = "async"  # `sync`: a client waits until every leader has its write
    delivery: Delivery = "arrival"  # `causal`: a change waits for what its leader knew
    clock: Clock = "hybrid"  # for stamps: later than all stamps seen, or only the wall clock
    # By how many seconds a node's wall clock is ahead of the others.
    clocks_off_s: dict[str, float] = msgspec.field(default_factory=dict)
    home: Home = "gateway"  # whose leader a request goes to: that of the gateway, or of the record
    moves: bool = True  # while a home does not answer, its requests go to another leader
    topology: TopologyName = "all-to-all"  # who ships whose changes to whom
    origin_tags: bool = True  # a change keeps the name of the leader that took it; else it counts as new
    most_hops: int = 40  # without tags: how often a change is handed on at most
    # How the one leader of a datacenter replicates to its followers there; `none`: every replica leads.
    inside: Inside = "none"
    log_retention_entries: int = 100_000  # of each origin; older ones that all leaders have are trimmed
    documents: Documents = "none"  # if set, sets are texts, which devices edit in this way
    lock_ms: int = 3000  # how long after the last keystroke a document stays locked
    on_return: OnReturn = "sync"  # `overwrite`: what a device brings replaces what it finds, seen or not
    batch_entries: int = 64  # changes in one message; even the largest values fit into it

    def __post_init__(self) -> None:
        super().__post_init__()
        check_clocks(self.clocks_off_s)
        if self.handler not in HANDLERS and not self.handler.endswith(".py"):
            known = ", ".join(HANDLERS)
            raise ValueError(f"handler must be {known} or the path of a Python file, not {self.handler!r}")
        if not 1 <= self.handler_steps <= MOST_STEPS:
            raise ValueError(f"handler_steps must be 1 to {MOST_STEPS}, not {self.handler_steps}")
        if not 1 <= self.most_hops <= MOST_HOPS:
            raise ValueError(f"most_hops must be 1 to {MOST_HOPS}, not {self.most_hops}")
        self._check_inside()
        if self.documents == "last-write-wins" and self.conflicts != "lww":
            raise ValueError(
                f"documents=last-write-wins needs conflicts=lww; {self.conflicts} keeps several texts"
            )

    def _check_inside(self) -> None:
        """Raise `ValueError` for what only a leader without followers can do."""
        alone = {"documents": "none", "detection": "async", "on_return": "sync", "origin_tags": True}
        if self.inside != "none":
            for name, needed in alone.items():
                if getattr(self, name) != needed:
                    raise ValueError(f"{name} must be {needed!r} where a datacenter has followers inside")

    @property
    def kind(self) -> str:
        """See `CommonSettings`."""
        return self.family if self.inside == "none" else f"{self.family} with followers inside"

    @property
    def parts(self) -> str:
        """See `CommonSettings`."""
        alone = self.inside == "none"
        return super().parts if alone else "services.multi_leader.datacenters.family:FAMILY"

    @property
    def places(self) -> dict[str, tuple[str, ...]]:
        """The nodes of each datacenter with followers inside, by its name: dc1, dc2 …"""
        return {f"dc{number}": nodes for number, nodes in enumerate(self.datacenters, 1)}

    def check_fit(self, replicas: Sequence[str], consumers: Sequence[str] = ()) -> None:
        """See `CommonSettings`."""
        super().check_fit(replicas, consumers)
        if self.inside != "none":
            homeless = [replica for replica in replicas if not self.near(replica)]
            if homeless:
                text = f"inside={self.inside} needs a datacenter for every replica; put {', '.join(homeless)}"
                where = f"one of {self.datacenters}" if self.datacenters else "one, by `datacenters`"
                raise ValueError(f"{text} into {where}")
            empty = [nodes for nodes in self.datacenters if not set(nodes) & set(replicas)]
            if empty:
                raise ValueError(f"a datacenter needs a replica to lead it; {empty[0]} has none")

    @property
    def converges(self) -> bool:
        """See `CommonSettings`: not by arrival order, nor while changes run in circles."""
        return "arrival-order" not in (self.conflicts, *self.conflicts_of.values()) and self.origin_tags

    @property
    def named(self) -> tuple[str, ...]:
        """See `CommonSettings`."""
        return (*super().named, *self.clocks_off_s)

    def conflicts_under(self, key: str) -> Conflicts:
        """What becomes of conflicting versions of this key."""
        beginnings = (each for each in self.conflicts_of if key.startswith(each))
        longest = max(beginnings, key=len, default=None)
        return self.conflicts if longest is None else self.conflicts_of[longest]


SETTINGS = MultiLeaderSettings
