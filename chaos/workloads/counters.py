"""How much traffic there has been, so that a scenario can wait for a condition instead of a time."""

from collections import Counter
from typing import Literal, TypeAlias

Count: TypeAlias = Literal["acknowledged", "reads", "failed", "indefinite"]


class Counters:
    """Ends of operations, by gateway and by the node that answered; and what arrived in vain."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[Count, str, str | None]] = Counter()
        self.shed = 0  # arrivals for which no client was free

    def add(self, count: Count, gateway: str, node: str | None = None) -> None:
        """One more."""
        self._counts[count, gateway, node] += 1

    def acknowledged(self, gateway: str | None = None, node: str | None = None) -> int:
        """Writes, deletes and adds that succeeded; all, or only those via `gateway` or by `node`."""
        return self._total("acknowledged", gateway, node)

    def reads(self, gateway: str | None = None, node: str | None = None) -> int:
        """Reads that succeeded."""
        return self._total("reads", gateway, node)

    def failed(self, gateway: str | None = None) -> int:
        """Operations that certainly did not happen."""
        return self._total("failed", gateway, None)

    def indefinite(self, gateway: str | None = None) -> int:
        """Operations of which nobody knows."""
        return self._total("indefinite", gateway, None)

    def _total(self, count: Count, gateway: str | None, node: str | None) -> int:
        return sum(
            number
            for (kind, via, by), number in self._counts.items()
            if kind == count and gateway in (None, via) and node in (None, by)
        )
