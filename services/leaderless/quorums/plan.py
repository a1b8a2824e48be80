"""What a quorum rule decides for a key: who is asked, whose answers count, what becomes of absent homes."""

from dataclasses import dataclass
from typing import Protocol

from services.groups.ring import Ring


@dataclass(frozen=True)
class Plan:
    """The plan for requests for one key.

    The answers of `homes` count. Nodes `beside` them get the writes, too, but nobody waits for those. Each
    of the `stand_ins` may take the place of one home that does not answer, and counts in its place. With
    `keeps_hints`, a home that took a write keeps it for homes that did not, and counts only for itself.
    """

    homes: tuple[str, ...]
    beside: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()
    keeps_hints: bool = False

    @property
    def everywhere(self) -> tuple[str, ...]:
        """All homes of the key, whether anybody waits for them or not."""
        return (*self.homes, *self.beside)


class QuorumPolicy(Protocol):
    """A quorum rule; pure, so that it can be tried on every ring."""

    def plan(self, key: str, ring: Ring, n: int, near: tuple[str, ...]) -> Plan:
        """The plan of a coordinator whose own datacenter has the nodes `near`; a key has `n` homes."""
