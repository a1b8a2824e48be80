"""What a report adds for several leaders: versions as branches, a write's way, the tournament."""

from collections.abc import Sequence
from dataclasses import dataclass

from chaos.checkers._keys import UnreadableError
from chaos.report.branches import Branches, branches
from chaos.report.cast import Cast
from chaos.report.saved import Saved
from chaos.report.ways import Way, overheard_all, ways
from chaos.tournament.recorded import writes_of
from chaos.tournament.score import conflicting
from chaos.tournament.standing import Standing, resolvers, standing

MOST_WRITES = 150  # else a page of one run takes longer than the run


@dataclass(frozen=True)
class SeveralLeaders:
    """The drawings; those with nothing to show are empty."""

    ways: Sequence[Way]
    is_hearsay: bool
    branches: Branches | None
    standings: Sequence[Standing]


def several_leaders(saved: Saved, cast: Cast) -> SeveralLeaders | None:
    """The drawings of a run of several leaders, or None of any other."""
    if saved.about.get("options", {}).get("family") != "multi-leader" or not cast.replicas:
        return None
    tree = branches(saved, cast)
    return SeveralLeaders(
        ways=ways(saved, cast),
        is_hearsay=not overheard_all(saved),
        branches=tree,
        standings=[] if tree is None else _standings(saved),
    )


def _standings(saved: Saved) -> list[Standing]:
    """The tournament with this run's writes; empty without conflicts, or if there are too many writes."""
    try:
        writes = writes_of(saved.history)
    except (UnreadableError, ValueError):
        return []
    if len(writes) > MOST_WRITES or not conflicting(writes):
        return []
    return [standing(writes, name, saved.verdict.seed) for name in resolvers()]
