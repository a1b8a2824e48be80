"""Counters: does what the replicas hold come from the increments that were acknowledged?

The sum of the acknowledged ones, and of any of those in doubt: between these two bounds lies what a replica
may hold. Below are increments that are missing; above are decrements that are, or something counted twice.
"""

from collections.abc import Sequence

from chaos.checkers._finals import Holding
from chaos.checkers._keys import KeyOperations
from chaos.checkers._words import listed
from chaos.history import Operation


def miscounted(of_key: KeyOperations, holdings: Sequence[Holding]) -> str:
    """How no replica's count can come from the increments, in words; empty when one can."""
    certain = sum(_by(each) for each in of_key.acknowledged_counts)
    doubtful = [_by(each) for each in of_key.counts if each.outcome != "ok"]
    least = certain + sum(by for by in doubtful if by < 0)
    most = certain + sum(by for by in doubtful if by > 0)
    counts = [_number(holding.value) for holding in holdings]
    if not counts or any(count is not None and least <= count <= most for count in counts):
        return ""
    expected = f"{certain}" if least == most else f"{least} to {most}, some of them in doubt"
    return (
        f"the increments of {of_key.key} add up to {expected}, but no replica has that ({listed(holdings)})"
    )


def _by(count: Operation) -> float:
    by = _number(count.value)
    return 0 if by is None else by


def _number(value: object) -> float | None:
    """Nothing counts as nought; what is no number, as none."""
    if value is None:
        return 0
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
