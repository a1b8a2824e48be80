"""The newest value known of each user, in a bounded memory that may forget but never says too little.

For a forgotten user it returns the *floor*, which is at or beyond everything forgotten. So such a memory need
not be on a disk either: one that begins empty takes the newest value of all at that moment as the floor.
"""

from typing import Generic, TypeVar

from services.messages import Position

T = TypeVar("T", Position, float)

MOST_NAMES = 10_000


class Newest(Generic[T]):
    """The newest position, or time, of each name; beyond `most` names it forgets the one longest silent."""

    def __init__(self, floor: T, most: int = MOST_NAMES) -> None:
        self._floor: T = floor
        self._most = most
        self._of: dict[str, T] = {}  # the one silent for longest first

    def note(self, name: str, value: T) -> None:
        """Note that `name` has reached `value`."""
        self._of[name] = max(value, self._of.pop(name, value))
        if len(self._of) > self._most:
            self.raise_floor(self._of.pop(next(iter(self._of))))

    def raise_floor(self, value: T) -> None:
        """Names without a note have come no further than `value`."""
        self._floor = max(self._floor, value)

    def of(self, name: str) -> T:
        """The newest value of `name`, or else the floor."""
        return self._of.get(name, self._floor)
