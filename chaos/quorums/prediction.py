"""How stale reads of a quorum are, before anybody has measured it: probabilistically bounded staleness.

Bailis, Venkataraman, Franklin, Hellerstein, Stoica: Probabilistically Bounded Staleness for Practical Partial
Quorums (2012). Two questions, two answers:

- *How many versions behind?* If a write stays on the w homes that confirmed it, and a read asks r of n homes
  by chance, it misses the write with C(n - w, r) / C(n, r); that it misses k writes one after another is the
  k-th power of that. A coordinator that sends each write to all homes does better, so this is a bound.
- *For how long?* A write reaches a home after W, its acknowledgement comes back after A; a read reaches a
  home after R, its answer comes back after S. Whoever has these four delays can play the race between them
  as often as it takes (Monte Carlo).
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from random import Random


@dataclass(frozen=True)
class Legs:
    """Measured delays in milliseconds; of each exchange both ways together, for they may belong together.

    `writes` are pairs of W and A, `reads` pairs of R and S. `clients` is how long a client takes to hear of
    its write, and a read to come to the reader's coordinator: nothing where clients coordinate themselves.
    """

    writes: Sequence[tuple[float, float]]
    reads: Sequence[tuple[float, float]]
    clients: Sequence[float] = (0.0,)


def k_staleness(n: int, w: int, r: int, k: int = 1) -> float:
    """The probability that a read misses the last `k` writes, if writes stay where they were confirmed.

    Raises `ValueError` for counts that make no quorum.
    """
    _must_be_quorum(n, w, r)
    if k < 1:
        raise ValueError(f"k is a number of versions, at least 1, not {k}")
    return float((comb(n - w, r) / comb(n, r)) ** k)


def windows_ms(n: int, w: int, r: int, legs: Legs, random: Random, trials: int) -> list[float]:
    """For how long after its acknowledgement a write may be missed: one answer a trial, sorted.

    Negative means that not even a read that began at once could have missed it. Raises `ValueError` where
    there are no delays to draw from, or counts that make no quorum.
    """
    _must_be_quorum(n, w, r)
    if not (legs.writes and legs.reads and legs.clients):
        raise ValueError("a prediction needs measured delays of writes, reads and clients; some are missing")
    return sorted(_window_ms(n, w, r, legs, random) for _ in range(trials))


def _window_ms(n: int, w: int, r: int, legs: Legs, random: Random) -> float:
    """A read sees the write if it reaches one of the first r to answer after the write has."""
    stored = random.choices(legs.writes, k=n)
    asked = random.choices(legs.reads, k=n)
    acknowledged_ms = sorted(there + back for there, back in stored)[w - 1]
    first = sorted(range(n), key=lambda home: sum(asked[home]))[:r]
    soonest_ms = min(stored[home][0] - asked[home][0] for home in first)
    return soonest_ms - acknowledged_ms - random.choice(legs.clients)


def share_stale(windows: Sequence[float], after_ms: float) -> float:
    """The share of reads that are stale if they begin so long after the acknowledgement, from 0 to 1."""
    return (len(windows) - bisect_right(windows, after_ms)) / len(windows)


def _must_be_quorum(n: int, w: int, r: int) -> None:
    for name, count in (("w", w), ("r", r)):
        if not 1 <= count <= n:
            raise ValueError(f"{name} must be from 1 to n ({n}), not {count}")
