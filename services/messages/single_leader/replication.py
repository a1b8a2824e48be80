"""How the leader's log gets to its followers."""

from services.messages.message import Message
from services.messages.values import Count, Entry, Name, Position


class Append(Message, frozen=True, kw_only=True):
    """Leader to follower: these entries follow `previous`; without entries it is a heartbeat.

    `acknowledged` is the sequence up to which clients have been answered. `echo` repeats the follower's own
    clock from its last reply. So the follower can bound its staleness without trusting any other clock: what
    the leader says now, it says after that moment.
    """

    leader: Name
    epoch: Count
    previous: Position
    entries: list[Entry]
    last: Position
    acknowledged: Count
    echo: float | None = None

    @property
    def brings_data(self) -> bool:
        """See `Message`."""
        return bool(self.entries)


class Appended(Message, frozen=True, kw_only=True):
    """Follower to leader: my log is durable up to `position`.

    `fits` is false if `previous` is not in my log; then the leader tries an earlier place, and `position` is
    the newest in my log that is not newer than `previous`.
    """

    node: Name
    epoch: Count
    position: Position
    fits: bool
    clock: float
