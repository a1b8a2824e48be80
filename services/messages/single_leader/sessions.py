"""What the leader keeps centrally for a user, whatever device the user takes up next."""

from services.messages.message import Message
from services.messages.values import Position


class AskSession(Message, frozen=True, kw_only=True):
    """Gateway to leader: how far did the writes of this user come, or without a name, those of everybody?"""

    session: str | None = None


class SessionPosition(Message, frozen=True, kw_only=True):
    """Nothing that was acknowledged to the user lies beyond `position`."""

    position: Position
