"""`GET /metrics`: what a node knows of itself, and how its requests ended, as Prometheus reads it.

Everything comes from the node's own status at the moment of the request, so the numbers match `./lab status`.
Labels are bounded: followers, the routes of this node, three outcomes.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Literal, TypeAlias

from services.errors import KINDS
from services.messages import Status

Outcome: TypeAlias = Literal["ok", "refused", "in-doubt"]

IN_DOUBT = frozenset(kind.status for kind in KINDS.values() if not kind.definite)
FIRST_ERROR = 400


def outcome(http_status: int) -> Outcome:
    """Whether a request with this answer happened, certainly did not, or may have."""
    if http_status < FIRST_ERROR:
        return "ok"
    return "in-doubt" if http_status in IN_DOUBT else "refused"


class Tally:
    """Requests so far, by route and outcome."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, ...]] = Counter()

    def count(self, route: str, http_status: int) -> None:
        """Count one more answered request."""
        self.requests[route, outcome(http_status)] += 1


def exposition(status: Status, requests: Mapping[tuple[str, ...], int]) -> bytes:
    """The page, in Prometheus' text format. It loads Prometheus' library, so call it where that may block."""
    from services.adapters.metrics_page import page

    return page(status, requests)
