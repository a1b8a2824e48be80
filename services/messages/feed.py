"""How a consumer beside the cluster follows the logical log."""

from services.messages.message import Message
from services.messages.values import Count, Entry, Name, Position


class ReadLog(Message, frozen=True, kw_only=True):
    """Consumer to leader: at most `limit` entries after `sequence`, of those that are acknowledged."""

    sequence: Count
    limit: Count


class LogPage(Message, frozen=True, kw_only=True):
    """The entries, and where the acknowledged log ends at the moment."""

    node: Name
    entries: list[Entry]
    acknowledged: Position
