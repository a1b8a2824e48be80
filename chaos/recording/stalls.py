"""Times when the lab's own machine stood still: nothing that happens then proves anything.

If a host stops a virtual machine, somebody closes a lid, or the processors have too much to do, all timeouts
run out at once, and healthy nodes are declared dead.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Stall:
    """Nothing ran for `lasted_s` from `began_ns` on, in the history's time."""

    began_ns: int
    lasted_s: float

    def to_json(self) -> dict[str, Any]:
        """A line of `stalls.jsonl`; both in nanoseconds, as in the history."""
        return {"time": self.began_ns, "lasted": round(self.lasted_s * 1e9)}


# Given the history's clock: watches while the block lasts; the list is complete when the block ends.
Watch: TypeAlias = Callable[[Callable[[], int]], AbstractContextManager[Sequence[Stall]]]


@contextmanager
def not_watching(_: Callable[[], int]) -> Iterator[Sequence[Stall]]:
    """For a run that no stall of the machine can touch, because its time is virtual."""
    yield ()
