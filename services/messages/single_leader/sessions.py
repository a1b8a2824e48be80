"""What the leader keeps centrally for a user, whichever device the user takes up next."""

from services.messages.message import Message
from services.messages.values import Position


class AskSession(Message, frozen=True, kw_only=True):
    """Gateway to leader: how far have this user's writes come, or, without a name, everybody's?"""

    session: str | None = None


class SessionPosition(Message, frozen=True, kw_only=True):
    """Nothing acknowledged to the user is beyond `position`."""

    position: Position
