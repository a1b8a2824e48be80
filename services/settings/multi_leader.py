"""The settings of multi-leader replication: what becomes of conflicting writes."""

from typing import Literal, TypeAlias

from services.settings.common import CommonSettings

Conflicts: TypeAlias = Literal[  # see services/multi_leader/resolvers
    "lww",
    "arrival-order",
    "replica-priority",
    "record",
    "merge",
    "on-write-handler",
]
Handler: TypeAlias = Literal["wiki-titles"]  # see services/multi_leader/handlers
Home: TypeAlias = Literal["gateway", "record"]
Delivery: TypeAlias = Literal["arrival", "causal"]
Detection: TypeAlias = Literal["async", "sync"]


class MultiLeaderSettings(CommonSettings, frozen=True, kw_only=True, tag="multi-leader"):
    """How leaders share their changes and settle conflicts; times in milliseconds."""

    conflicts: Conflicts = "record"  # what becomes of versions that knew nothing of each other
    handler: Handler = "wiki-titles"  # the application's own, of `on-write-handler`
    detection: Detection = "async"  # `sync`: a client waits until every leader has its write
    delivery: Delivery = "arrival"  # `causal`: a change waits here for what its leader knew
    home: Home = "gateway"  # whose leader a request goes to: that of the gateway, or of the record
    moves: bool = True  # while a home does not answer, its requests go to another leader
    batch_entries: int = 64  # changes in one message; even the largest values fit into it

    @property
    def converges(self) -> bool:
        """See `CommonSettings`: the order of arrival differs from leader to leader."""
        return self.conflicts != "arrival-order"


SETTINGS = MultiLeaderSettings
