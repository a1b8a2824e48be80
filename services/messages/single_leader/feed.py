"""How a consumer beside the cluster follows the logical log."""

from services.messages.message import Message
from services.messages.values import Count, Entry, Name, Position

MOST_ENTRIES = 1100  # so that the longest transaction comes as a whole


class ReadLog(Message, frozen=True, kw_only=True):
    """Consumer to leader: send at most `limit` acknowledged entries after the place `after`.

    With a `limit` of 0 it only asks whether `after` is in the leader's log. With `by_number` the leader takes
    that for granted, and ignores the epoch of `after`.
    """

    after: Position
    limit: Count
    by_number: bool = False


class LogPage(Message, frozen=True, kw_only=True):
    """The entries, and where the acknowledged log of the leader of `epoch` ends at the moment.

    If `after` is not in this log there are no entries, and `parted` is the newest place of this log at which
    both may still agree: what the consumer has after it was undone.
    """

    node: Name
    epoch: Count
    entries: list[Entry]
    acknowledged: Position
    parted: Position | None = None
