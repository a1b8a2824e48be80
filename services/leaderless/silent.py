"""Which homes have not answered lately: whoever must choose one home prefers another for a while.

It decides nothing else, and it may be wrong: a home that is silent for one node may be well for all others.
"""

from services.errors import LabError
from services.ports import Clock


class Silent:
    """Of one coordinator; a home counts as silent for `for_s` seconds."""

    def __init__(self, clock: Clock, for_s: float) -> None:
        self._clock, self._for_s = clock, for_s
        self._until: dict[str, float] = {}

    def heard(self, home: str, error: LabError) -> None:
        """`home` has not done what it was asked; was it that it did not answer?"""
        if error.kind.code in ("timed-out", "unreachable", "connection-lost"):
            self._until[home] = self._clock.monotonic() + self._for_s

    def answered(self, home: str) -> None:
        """`home` has answered, so what it was thought of before was wrong or is over."""
        self._until.pop(home, None)

    def is_silent(self, home: str) -> bool:
        """Better ask another one first."""
        return self._clock.monotonic() < self._until.get(home, 0.0)
