"""How a replica gets a copy of the leader's data, and becomes one of the followers."""

from services.messages.message import Message
from services.messages.values import Count, Name, Position


class TakeCopy(Message, frozen=True, kw_only=True):
    """Operator or leader to replica: replace your data with a copy of the leader's, then follow.

    Not if your log already reaches `unless_at`.
    """

    reason: str
    unless_at: Position | None = None


class AskCopy(Message, frozen=True, kw_only=True):
    """Newcomer to leader: get a copy ready for me."""

    node: Name


class CopyReady(Message, frozen=True, kw_only=True):
    """Leader to newcomer: fetch the file `name`, in chunks of `chunk_bytes`.

    A snapshot has its position in the log, its size and its SHA-256. A file that is still being written has
    none of these, and ends with the first short chunk.
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
    """These bytes; fewer than a full chunk at the end of the file."""

    data: bytes


class AddFollower(Message, frozen=True, kw_only=True):
    """Newcomer to leader: ship me your log."""

    node: Name
