"""What a report adds for a run without a leader: the ring, requests, versions, hints."""

from collections.abc import Sequence
from dataclasses import dataclass

from chaos.report import debts
from chaos.report.cast import Cast
from chaos.report.debts import Debt
from chaos.report.lattice import Lattice, lattice
from chaos.report.requests import Asked, asked
from chaos.report.ring import RingDrawing, ring_drawing
from chaos.report.saved import Saved

USUAL_N = 3


@dataclass(frozen=True)
class Stairs:
    """A debt, and the points of its stairs."""

    debt: Debt
    points: str


@dataclass(frozen=True)
class WithoutLeader:
    """The drawings; those with nothing to show are empty."""

    ring: RingDrawing
    n: int
    asked: Sequence[Asked]
    lattice: Lattice | None
    stairs: Sequence[Stairs]


def without_leader(saved: Saved, cast: Cast) -> WithoutLeader | None:
    """The drawings of a leaderless run, or None of any other."""
    options = saved.about.get("options", {})
    if options.get("family") != "leaderless" or not cast.replicas:
        return None
    operations = saved.history.client_operations
    keys = sorted({str(each.key) for each in operations if each.key is not None})
    n = int(options.get("n", USUAL_N))
    owed = debts.debts(saved.events)
    return WithoutLeader(
        ring=ring_drawing(cast.replicas, keys, n),
        n=n,
        asked=asked(saved),
        lattice=lattice(operations),
        stairs=[Stairs(debt, debts.line(debt, saved.end_ns / 1e9)) for debt in owed],
    )
