"""How much traffic there has been, so that a scenario can wait for a condition instead of a time."""

from collections import Counter
from typing import Literal, TypeAlias

Count: TypeAlias = Literal["acknowledged", "reads", "failed", "indefinite"]


class Counters:
    """Ends of operations, by gateway and by the node that answered; and what arrived in vain.

    They are asked for after every operation, so each sum that somebody may ask for is kept.
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[Count, str | None, str | None]] = Counter()  # None: by or via anybody
        self.shed = 0  # arrivals for which no client was free

    def add(self, count: Count, gateway: str, node: str | None = None) -> None:
        """One more."""
        for via in (gateway, None):
            self._counts[count, via, None] += 1
            if node is not None:
                self._counts[count, via, node] += 1

    def acknowledged(self, gateway: str | None = None, node: str | None = None) -> int:
        """Writes, deletes and adds that succeeded; all, or only those via `gateway` or by `node`."""
        return self._counts["acknowledged", gateway, node]

    def reads(self, gateway: str | None = None, node: str | None = None) -> int:
        """Reads that succeeded."""
        return self._counts["reads", gateway, node]

    def failed(self, gateway: str | None = None) -> int:
        """Operations that certainly did not happen."""
        return self._counts["failed", gateway, None]

    def indefinite(self, gateway: str | None = None) -> int:
        """Operations of which nobody knows."""
        return self._counts["indefinite", gateway, None]
