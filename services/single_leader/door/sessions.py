"""What a gateway remembers of its users, and what it asks the leader to remember.

All of it is in memory. A restarted gateway knows nothing, and acts as if every user had just written: it asks
the leader once how far the log goes, and nobody can have written beyond that before.
"""

import math
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from services.messages import START, Position, Read, Write, Written
from services.messages.single_leader import AskSession, SessionPosition
from services.ports import Clock
from services.single_leader.door.policies import Policy
from services.versions import tokens
from services.versions.newest import Newest

AskLeader: TypeAlias = Callable[[AskSession], Awaitable[SessionPosition]]


class Sessions:
    """`ask_leader` raises `LabError` if the leader does not answer."""

    def __init__(self, clock: Clock, ask_leader: AskLeader) -> None:
        self._clock, self._ask_leader = clock, ask_leader
        self._wrote_at = Newest(floor=clock.monotonic())
        self._positions = Newest(floor=START)
        self._knows_floor = False

    def note(self, message: Write, written: Written) -> None:
        """A write was acknowledged."""
        if message.session is not None:
            self._wrote_at.note(message.session, self._clock.monotonic())
            self._positions.note(message.session, written.position)

    def since_write_s(self, session: str | None) -> float:
        """How many seconds ago at least the session last wrote, as far as this gateway can tell."""
        return math.inf if session is None else self._clock.monotonic() - self._wrote_at.of(session)

    async def must_find(self, policy: Policy, message: Read) -> Position:
        """The position that an answer must contain. Raises `LabError` when it cannot be found out."""
        if policy.memory == "client":
            return tokens.newest(message.token)
        if message.session is None or policy.memory == "nobody":
            return START
        if policy.memory == "leader":
            return (await self._ask_leader(AskSession(session=message.session))).position
        await self._learn_floor()
        return self._positions.of(message.session)

    def forget_positions(self) -> None:
        """A position was lost with a leader: begin again with what the present leader knows."""
        self._positions, self._knows_floor = Newest(floor=START), False

    async def _learn_floor(self) -> None:
        if not self._knows_floor:
            everybody = await self._ask_leader(AskSession())
            self._positions.raise_floor(everybody.position)
            self._knows_floor = True
