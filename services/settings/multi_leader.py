"""The settings of multi-leader replication: what becomes of conflicting writes."""

from typing import Literal, TypeAlias

from services.settings.common import CommonSettings

Conflicts: TypeAlias = Literal["lww", "arrival-order", "record"]  # see services/multi_leader/resolvers


class MultiLeaderSettings(CommonSettings, frozen=True, kw_only=True, tag="multi-leader"):
    """How leaders share their changes and settle conflicts; times in milliseconds."""

    conflicts: Conflicts = "record"  # what becomes of versions that knew nothing of each other
    batch_entries: int = 64  # changes in one message; even the largest values fit into it

    @property
    def converges(self) -> bool:
        """See `CommonSettings`: the order of arrival differs from leader to leader."""
        return self.conflicts != "arrival-order"


SETTINGS = MultiLeaderSettings
