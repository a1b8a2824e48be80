"""Telling gateways how far a user's writes have come: only the leader sees them all."""

from services.messages.single_leader import AskSession, SessionPosition
from services.single_leader.duty import Answers
from services.single_leader.standing import Standing


class Sessions:
    """See `Duty`."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing

    def answers(self) -> Answers:
        """See `Duty`."""
        return {AskSession: self._ask_session}

    async def _ask_session(self, message: AskSession) -> SessionPosition:
        leader = await self._standing.leadership()
        await leader.lease.assured()
        session, last = message.session, self._standing.storage.last
        return SessionPosition(position=last if session is None else leader.sessions.of(session))
