"""How a replica gets a copy of the leader's data, and how it becomes one of the followers."""

from services.messages.message import Message
from services.messages.values import Count, Name, Position


class TakeCopy(Message, frozen=True, kw_only=True):
    """Operator or leader to replica: put a copy of the leader's data in place of your own, then follow.

    Not if your log reaches `unless_at` already.
    """

    reason: str
    unless_at: Position | None = None


class AskCopy(Message, frozen=True, kw_only=True):
    """Newcomer to leader: get a copy ready for me."""

    node: Name


class CopyReady(Message, frozen=True, kw_only=True):
    """Leader to newcomer: fetch the file `name`, in chunks of `chunk_bytes`.

    A snapshot has its position in the log, its size and its SHA-256; a file that is still being written
    has nothing of that, and ends where a chunk ends early.
    """

    name: Name
    chunk_bytes: int
    position: Position | None = None
    size: int | None = None
    digest: str | None = None


class AskChunk(Message, frozen=True, kw_only=True):
    """Newcomer to leader: the bytes of the file `name` from `offset` on."""

    name: Name
    offset: Count


class Chunk(Message, frozen=True, kw_only=True):
    """These bytes; fewer than a chunk has at the end of the file."""

    data: bytes


class AddFollower(Message, frozen=True, kw_only=True):
    """Newcomer to leader: ship me your log."""

    node: Name
