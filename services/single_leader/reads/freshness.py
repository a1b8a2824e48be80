"""How far behind its leader a follower may be, at most, without trusting anybody else's clock.

With each answer the follower sends its own clock; the leader's next batch repeats it (`echo`) beside
the end of the leader's log. Once the follower has everything up to there, it holds all that the leader
had at a moment *after* it read that clock. So its lag is at most the time that has passed since, by
one clock only, which counts on while the machine sleeps (`LeaseClock`). A leader whose lease is not valid
repeats no clock, for a successor may have written what it lacks.

The leader's batches also tell up to where its clients have been answered, and so how much of the own log is
acknowledged and cannot be lost with the leader any more.
"""

from services.messages import Position
from services.messages.single_leader import Append


class Freshness:
    """The follower's own clock at the last moment at which it provably lacked nothing.

    `acknowledged` is the sequence up to which its log is acknowledged, as far as the leader of `epoch` told.
    """

    def __init__(self) -> None:
        self._current_at: float | None = None
        self._told: float | None = None  # own clock, as told last; another process on this disk told others
        self.epoch = 0
        self.acknowledged = 0

    def tell(self, clock: float) -> float:
        """`clock`, which goes to the leader; only its echo counts."""
        self._told = clock
        return clock

    def note(self, batch: Append, last: Position) -> None:
        """A batch was applied, and the log now ends at `last`."""
        if batch.epoch != self.epoch:
            self.forget(batch.epoch)  # the echo may stem from a clock that an earlier leader was told
        self.acknowledged = max(self.acknowledged, min(batch.acknowledged, last.sequence))
        if batch.echo is not None and batch.echo == self._told and last >= batch.last:
            self._current_at = max(batch.echo, self._current_at or batch.echo)

    def forget(self, epoch: int = 0) -> None:
        """Nothing is known any more: another leader, or new data."""
        self._current_at, self.epoch, self.acknowledged = None, epoch, 0

    def lag_s(self, now: float) -> float | None:
        """At most this many seconds behind; None when nothing is known."""
        return None if self._current_at is None else now - self._current_at
