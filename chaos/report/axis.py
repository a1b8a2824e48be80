"""One time axis for several runs: zero is the first fault or, if a run has none, the first request."""

from collections.abc import Sequence

from chaos.report.bands import bands
from chaos.report.saved import Saved

FAULT, REQUEST = "the first fault", "the first request of a client"


def zeros(runs: Sequence[Saved]) -> tuple[str, list[int]]:
    """What zero stands for, and when it was in each run (nanoseconds since it began)."""
    struck = [faults[0].from_ns if (faults := bands(saved.history)) else None for saved in runs]
    known = [moment for moment in struck if moment is not None]
    if len(known) == len(runs):
        return FAULT, known
    return REQUEST, [_asked_ns(saved) for saved in runs]


def _asked_ns(saved: Saved) -> int:
    return min((round(each.invoked_ns) for each in saved.history.client_operations), default=0)
