"""How a consumer beside the cluster follows the logical log."""

from services.messages.message import Message
from services.messages.values import Count, Entry, Name, Position

MOST_ENTRIES = 1100  # so that the longest transaction comes as a whole


class ReadLog(Message, frozen=True, kw_only=True):
    """Consumer to leader: at most `limit` entries after the place `after`, of those that are acknowledged.

    With a `limit` of 0 it only asks whether `after` is in the leader's log. With `by_number` that is taken
    for granted, and the epoch of `after` means nothing.
    """

    after: Position
    limit: Count
    by_number: bool = False


class LogPage(Message, frozen=True, kw_only=True):
    """The entries, and where the acknowledged log of the leader of `epoch` ends at the moment.

    `parted` is there, and no entries, when `after` is not in this log: what the consumer has from there on
    was undone. It is the newest place of this log at which both may still agree.
    """

    node: Name
    epoch: Count
    entries: list[Entry]
    acknowledged: Position
    parted: Position | None = None
