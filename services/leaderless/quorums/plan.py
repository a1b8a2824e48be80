"""What a quorum rule is: for one key, who is asked, whose answers count, and what becomes of who is away."""

from dataclasses import dataclass
from typing import Protocol

from services.groups.ring import Ring


@dataclass(frozen=True)
class Plan:
    """Of the requests for one key.

    The answers of `homes` are counted. Nodes `beside` them get the writes, too, and nobody waits for those.
    Each of the `stand_ins` may take the place of one home that does not answer, and counts like it. With
    `keeps_hints` one of the homes that took a write keeps it for those that did not, and counts as itself.
    """

    homes: tuple[str, ...]
    beside: tuple[str, ...] = ()
    stand_ins: tuple[str, ...] = ()
    keeps_hints: bool = False

    @property
    def everywhere(self) -> tuple[str, ...]:
        """All homes of the key, whether they are waited for or not."""
        return (*self.homes, *self.beside)


class QuorumPolicy(Protocol):
    """A rule; pure, so that it can be tried on every ring."""

    def plan(self, key: str, ring: Ring, n: int, near: tuple[str, ...]) -> Plan:
        """That of a coordinator with the nodes `near` in its own datacenter; a key has `n` homes."""
