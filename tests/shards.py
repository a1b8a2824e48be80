"""`--shard K/N`: the K-th of N parts of what would run; together the parts are everything, each test once.

A failure in a long run then costs one part, and several machines can share the work. Tests of one file share
what it sets up, so they stay together, but for the long ones, each of which sets up its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Shard:
    """Part `number` of `count`, from 1 on."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """From `2/5`. Raises `ValueError` that says what it should look like."""
        number, slash, count = text.partition("/")
        if slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count):
            return cls(int(number), int(count))
        raise ValueError(f"--shard {text!r} is none: for the second of five parts say --shard 2/5")

    def of(self, items: Sequence[T], unit: Callable[[T], str]) -> list[T]:
        """The items of this part, in their order; those of one `unit` are never parted."""
        places = {name: place for place, name in enumerate(dict.fromkeys(map(unit, items)))}
        return [item for item in items if places[unit(item)] % self.count == self.number - 1]
