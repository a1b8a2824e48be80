"""The newest that is known of each user, in a bounded memory that may forget and never says too little.

Who is forgotten is told the *floor*, which is at or beyond everything that was forgotten. So such a memory
need not be on a disk either: whoever begins with nothing takes for the floor what is the newest of all at
that moment.
"""

from typing import Generic, TypeVar

from services.messages import Position

T = TypeVar("T", Position, float)

MOST_NAMES = 10_000


class Newest(Generic[T]):
    """The newest position, or time, of each name; of more than `most` the one longest silent is forgotten."""

    def __init__(self, floor: T, most: int = MOST_NAMES) -> None:
        self._floor: T = floor
        self._most = most
        self._of: dict[str, T] = {}  # the one longest silent first

    def note(self, name: str, value: T) -> None:
        """`name` has come to `value`."""
        self._of[name] = max(value, self._of.pop(name, value))
        if len(self._of) > self._most:
            self.raise_floor(self._of.pop(next(iter(self._of))))

    def raise_floor(self, value: T) -> None:
        """Nobody of whom nothing was noted has come further than `value`."""
        self._floor = max(self._floor, value)

    def of(self, name: str) -> T:
        """What was noted of `name`, or the floor."""
        return self._of.get(name, self._floor)
