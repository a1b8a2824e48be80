"""Which homes have not answered lately: when a coordinator must choose a home, it avoids these for a while.

This decides nothing else, and it may be wrong: a home that is silent to one node may answer all others.
"""

from services.errors import LabError
from services.ports import Clock


class Silent:
    """The silent homes of one coordinator; a home counts as silent for `for_s` seconds."""

    def __init__(self, clock: Clock, for_s: float) -> None:
        self._clock, self._for_s = clock, for_s
        self._until: dict[str, float] = {}

    def heard(self, home: str, error: LabError) -> None:
        """A request to `home` failed with `error`; note `home` as silent if it did not answer."""
        if error.kind.code in ("timed-out", "unreachable", "connection-lost"):
            self._until[home] = self._clock.monotonic() + self._for_s

    def answered(self, home: str) -> None:
        """`home` has answered, so it is not silent, or no longer."""
        self._until.pop(home, None)

    def is_silent(self, home: str) -> bool:
        """True if it is better to ask another home first."""
        return self._clock.monotonic() < self._until.get(home, 0.0)
