"""When the machine of the lab itself stood still: then nothing that happened proves anything.

A host stops a virtual machine, somebody closes a lid, or there is more work than the processors can do: then
every timeout runs out at once, and nodes that were well are declared dead.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Stall:
    """Nothing ran for `lasted_s` from `began_ns` on, by the time of the history."""

    began_ns: int
    lasted_s: float

    def to_json(self) -> dict[str, Any]:
        """A line of `stalls.jsonl`; both in nanoseconds, as in the history."""
        return {"time": self.began_ns, "lasted": round(self.lasted_s * 1e9)}


# Given the time of the history: watches while the block lasts, and the list is complete when it is left.
Watch: TypeAlias = Callable[[Callable[[], int]], AbstractContextManager[Sequence[Stall]]]


@contextmanager
def not_watching(_: Callable[[], int]) -> Iterator[Sequence[Stall]]:
    """For a run that no stall of the machine can touch, because its time is virtual."""
    yield ()
