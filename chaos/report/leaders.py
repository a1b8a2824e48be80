"""What a report shows of several leaders besides: versions as branches, and a write's way."""

from collections.abc import Sequence
from dataclasses import dataclass

from chaos.report.branches import Branches, branches
from chaos.report.cast import Cast
from chaos.report.saved import Saved
from chaos.report.ways import Way, ways


@dataclass(frozen=True)
class SeveralLeaders:
    """The drawings; what there was nothing of is empty."""

    ways: Sequence[Way]
    is_hearsay: bool
    branches: Branches | None


def several_leaders(saved: Saved, cast: Cast) -> SeveralLeaders | None:
    """The drawings of a run of several leaders, or None of any other."""
    if saved.about.get("options", {}).get("family") != "multi-leader" or not cast.replicas:
        return None
    return SeveralLeaders(ways(saved, cast), not saved.messages, branches(saved))
