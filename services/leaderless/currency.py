"""How far behind a home may be: the time since it last compared itself with enough of the others.

An acknowledged write is on w homes. A home that has since compared itself with all but w - 1 of the others
has met one of those w, and so has the write. This needs neither synchronized clocks nor a node that knows
all writes. It holds while homes keep what they confirmed and stand-ins do not count.

It is an upper bound: a home is usually less far behind. A home that has just started knows nothing.
"""

from collections.abc import Callable


class Currency:
    """The currency of one home. `now_s` is this node's own clock; it also counts time spent asleep."""

    def __init__(self, now_s: Callable[[], float], peers: tuple[str, ...], w: int) -> None:
        self._now_s, self._needed = now_s, len(peers) - (w - 1)
        self._since_s: dict[str, float] = {}
        self._lacked: dict[str, int] = {}

    def moment(self) -> float:
        """The time to note when a comparison begins."""
        return self._now_s()

    def compared(self, peer: str, began_s: float, lacked: int) -> None:
        """This home now has what `peer` held at `began_s`; `lacked` keys differed."""
        self._since_s[peer], self._lacked[peer] = began_s, lacked

    @property
    def behind_ms(self) -> float | None:
        """It has every write acknowledged at least this long ago; None if that is unknown."""
        if self._needed <= 0:
            return 0.0
        newest = sorted(self._since_s.values(), reverse=True)
        if len(newest) < self._needed:
            return None
        return round((self._now_s() - newest[self._needed - 1]) * 1000, 3)

    @property
    def lacked(self) -> int | None:
        """How many keys differed in its last comparisons with the others; None before the first."""
        return sum(self._lacked.values()) if self._lacked else None
