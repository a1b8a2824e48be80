"""How far behind its leader a follower may be, at most, without trusting any other node's clock.

With each answer the follower sends its own clock; the leader's next batch repeats it (`echo`) beside
the end of the leader's log. Once the follower has everything up to there, it has all that the leader had at
a moment *after* it read that clock. So its lag is at most the time since then, measured by one clock, which
also counts while the machine sleeps (`LeaseClock`). A leader without a valid lease repeats no clock, because
a successor may have written what that leader lacks.

The leader's batches also say up to where clients have been answered. So the follower knows how much of its
own log is acknowledged and can no longer be lost with the leader. And they say up to where the leader has its
own log on its disk: the follower may have more, which the leader ships while its disk still writes it.
"""

from services.messages import Position
from services.messages.single_leader import Append


class Freshness:
    """The follower's own clock at the last moment when it provably lacked nothing.

    `acknowledged` is the sequence up to which its log is acknowledged, according to the leader of `epoch`,
    and `stored` the one up to which that leader has its own log on its disk.
    """

    def __init__(self) -> None:
        self._current_at: float | None = None
        self._told: float | None = None  # own clock, as sent last; an earlier process here sent others
        self.epoch = 0
        self.acknowledged = self.stored = 0

    def tell(self, clock: float) -> float:
        """Remember and return `clock`, which goes to the leader; only its echo counts."""
        self._told = clock
        return clock

    def note(self, batch: Append, last: Position) -> None:
        """A batch was applied, and the log now ends at `last`."""
        if batch.epoch != self.epoch:
            self.forget(batch.epoch)  # the echo may repeat a clock that an earlier leader was sent
        self.acknowledged = max(self.acknowledged, min(batch.acknowledged, last.sequence))
        self.stored = max(self.stored, batch.last.sequence)
        if batch.echo is not None and batch.echo == self._told and last >= batch.last:
            self._current_at = max(batch.echo, self._current_at or batch.echo)

    def forget(self, epoch: int = 0) -> None:
        """Forget everything: there is another leader, or new data."""
        self._current_at, self.epoch, self.acknowledged, self.stored = None, epoch, 0, 0

    def lag_s(self, now: float) -> float | None:
        """At most this many seconds behind; None when nothing is known."""
        return None if self._current_at is None else now - self._current_at
