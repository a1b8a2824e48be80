"""Hybrid logical clocks: stamps that look like the time of day and still respect what was known.

A stamp is the wall clock's milliseconds and a count that breaks ties. A node's next stamp is larger than
every stamp that it has given or heard of, so an effect is stamped after its cause even where clocks differ;
and it is no further from the wall clock than the clocks are from each other (Kulkarni et al.: Logical
Physical Clocks and Consistent Snapshots, 2014).
"""

import msgspec


class Stamp(msgspec.Struct, frozen=True, order=True, array_like=True):
    """A moment: milliseconds since 1970, and which of the same millisecond."""

    wall_ms: int = 0
    tick: int = 0

    def __str__(self) -> str:
        return f"{self.wall_ms}.{self.tick}"


BEGINNING = Stamp()


def next_stamp(last: Stamp, wall_ms: int) -> Stamp:
    """The stamp after `last`, the largest that is known, when the wall clock shows `wall_ms`."""
    return Stamp(wall_ms) if wall_ms > last.wall_ms else Stamp(last.wall_ms, last.tick + 1)
