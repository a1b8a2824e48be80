"""How far behind a home may be: for how long it has not compared itself with enough of the others.

A write that was acknowledged is on w homes. Whoever has compared itself, since then, with all other homes but
w - 1 has met one of those, and so has it. Nothing else is needed: neither clocks that agree nor somebody who
knows all writes. It holds as long as homes keep what they confirmed and no stand-ins count.

It is an upper bound: mostly a home is behind by less. A home that has just started knows nothing.
"""

from collections.abc import Callable


class Currency:
    """Of one home. `now_s` is this node's own clock, and counts the time in which it stood still, too."""

    def __init__(self, now_s: Callable[[], float], peers: tuple[str, ...], w: int) -> None:
        self._now_s, self._needed = now_s, len(peers) - (w - 1)
        self._since_s: dict[str, float] = {}
        self._lacked: dict[str, int] = {}

    def moment(self) -> float:
        """When a comparison begins."""
        return self._now_s()

    def compared(self, peer: str, began_s: float, lacked: int) -> None:
        """What `peer` held at `began_s` is here now; so many keys of it differed."""
        self._since_s[peer], self._lacked[peer] = began_s, lacked

    @property
    def behind_ms(self) -> float | None:
        """It has every write that was acknowledged so long ago; None: nobody knows how long that is."""
        if self._needed <= 0:
            return 0.0
        newest = sorted(self._since_s.values(), reverse=True)
        if len(newest) < self._needed:
            return None
        return round((self._now_s() - newest[self._needed - 1]) * 1000, 3)

    @property
    def lacked(self) -> int | None:
        """Keys that differed when it was compared with the others last; None before the first time."""
        return sum(self._lacked.values()) if self._lacked else None
