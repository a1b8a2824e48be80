"""Which clock a family's nodes stamp writes with, and whose clock is wrong."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

Clock: TypeAlias = Literal["hybrid", "wall"]  # later than all stamps seen, or only the wall clock

MOST_OFF_S = 10**9  # thirty years, and stamps still fit into the integers of every language that reads JSON


def check_clocks(clocks_off_s: Mapping[str, float]) -> None:
    """Check by how many seconds wall clocks are ahead. Raises `ValueError` for too many."""
    for node, ahead_s in clocks_off_s.items():
        if not -MOST_OFF_S <= ahead_s <= MOST_OFF_S:
            raise ValueError(
                f"clocks_off_s says that {node} is {ahead_s} s ahead; the most is {MOST_OFF_S} s either way"
            )
