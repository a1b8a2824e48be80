"""The table: for each n, w and r what was measured on many seeds, and beside it what was predicted."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from statistics import quantiles
from typing import Any, NamedTuple

from chaos.quorums.evidence import Answered, Probe, Sample
from chaos.quorums.prediction import Legs, k_staleness, share_stale, windows_ms
from chaos.quorums.trial import Trial

EDGES_MS = (0, 2, 5, 10, 15, 20, 25, 30, 40, 52)  # reads that began so long after the acknowledgement
MOST_BEHIND = 3
TRIALS = 20_000


class Range(NamedTuple):
    """A probability as far as it can be predicted: at least `low`, at most `high`."""

    low: float
    high: float


class Bin(NamedTuple):
    """The reads that began from `from_ms` to `to_ms` after an acknowledgement: the share that was stale."""

    from_ms: float
    to_ms: float
    reads: int
    measured: float
    predicted: Range


@dataclass(frozen=True)
class Row:
    """One n, w, r: `writes` and `reads` are who was answered with 0, 1, 2 … homes dead.

    `behind` are, for 1, 2, 3 versions, the share of the reads at once that missed at least so many.
    """

    n: int
    w: int
    r: int
    seeds: int
    writes: tuple[Answered, ...]
    reads: tuple[Answered, ...]
    write_ms: tuple[float, float]  # the median, and what 99 of 100 did not exceed
    read_ms: tuple[float, float]
    behind: tuple[float, ...]
    bins: tuple[Bin, ...]

    @property
    def overlaps(self) -> bool:
        """Whether each read meets each write."""
        return self.w + self.r > self.n

    @property
    def at_once(self) -> Bin:
        """The reads that began right after the acknowledgement."""
        return self.bins[0]

    def bound(self, k: int = 1) -> float:
        """See `k_staleness`."""
        return k_staleness(self.n, self.w, self.r, k)

    def to_json(self) -> dict[str, Any]:
        """For machines; shares from 0 to 1, times in milliseconds."""
        return {
            **{name: getattr(self, name) for name in ("n", "w", "r", "seeds", "overlaps")},
            "writes": [each._asdict() | {"dead": dead} for dead, each in enumerate(self.writes)],
            "reads": [each._asdict() | {"dead": dead} for dead, each in enumerate(self.reads)],
            "write_ms": dict(zip(("median", "p99"), self.write_ms, strict=True)),
            "read_ms": dict(zip(("median", "p99"), self.read_ms, strict=True)),
            "stale_per_1000": {
                "measured": round(self.at_once.measured * 1000, 1),
                "predicted": [round(each * 1000, 1) for each in self.at_once.predicted],
            },
            "k_staleness": [
                {"k": k, "measured": round(share, 4), "at_most": round(self.bound(k), 4)}
                for k, share in enumerate(self.behind, 1)
            ],
            "t_visibility": [
                {
                    **{name: getattr(each, name) for name in ("from_ms", "to_ms", "reads")},
                    "measured": round(each.measured, 4),
                    "predicted": [round(share, 4) for share in each.predicted],
                }
                for each in self.bins
            ],
        }


def trials(sizes: Sequence[int], seeds: Iterable[int], reads: int) -> Iterator[Trial]:
    """One for each w and r of each n, and each seed."""
    for seed in seeds:
        for n in sizes:
            for w in range(1, n + 1):
                for r in range(1, n + 1):
                    yield Trial(n, w, r, seed, reads)


def row(n: int, w: int, r: int, samples: Sequence[Sample]) -> Row:
    """What the samples, one a seed, come to. The prediction is drawn from a seed of its own."""
    probes = [probe for each in samples for probe in each.probes]
    soon, late = (windows_ms(n, w, r, legs, Random(1), TRIALS) for legs in _legs(samples))
    bins = tuple(_bins(probes, soon, late))
    at_once = [probe for probe in probes if probe.after_ms < EDGES_MS[1]]
    return Row(
        *(n, w, r, len(samples)),
        writes=_together(each.writes for each in samples),
        reads=_together(each.reads for each in samples),
        write_ms=_middle_and_most([ms for each in samples for ms in each.write_ms]),
        read_ms=_middle_and_most([ms for each in samples for ms in each.read_ms]),
        behind=tuple(_share(at_once, least) for least in range(1, MOST_BEHIND + 1)),
        bins=bins,
    )


def _bins(probes: Sequence[Probe], soon: Sequence[float], late: Sequence[float]) -> Iterator[Bin]:
    for begin, end in pairwise(EDGES_MS):
        some = [probe for probe in probes if begin <= probe.after_ms < end]
        if some:
            low, high = (
                sum(share_stale(each, p.after_ms) for p in some) / len(some) for each in (soon, late)
            )
            yield Bin(begin, end, len(some), _share(some, 1), Range(low, high))


def _share(probes: Sequence[Probe], least: int) -> float:
    """How many of them missed at least so many versions."""
    return sum(probe.behind >= least for probe in probes) / len(probes)


def _legs(samples: Sequence[Sample]) -> tuple[Legs, Legs]:
    return _joined([each.soon for each in samples]), _joined([each.late for each in samples])


def _joined(some: Sequence[Legs]) -> Legs:
    return Legs(
        writes=[pair for legs in some for pair in legs.writes],
        reads=[pair for legs in some for pair in legs.reads],
        clients=[ms for legs in some for ms in legs.clients],
    )


def _together(counts: Iterable[tuple[Answered, ...]]) -> tuple[Answered, ...]:
    first, *others = counts
    for other in others:
        first = tuple(one.plus(two) for one, two in zip(first, other, strict=True))
    return first


def _middle_and_most(took_ms: Sequence[float]) -> tuple[float, float]:
    hundredths = quantiles(took_ms, n=100, method="inclusive")
    return round(hundredths[49], 1), round(hundredths[98], 1)
