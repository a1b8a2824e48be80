"""One partition, as a gateway sees it: who leads it, and who may answer reads of its keys.

A gateway has one of these for each partition; in an ordinary cluster, exactly one. What it knows of one
partition says nothing about another: leaders, epochs and positions belong to a log, and each partition has
its own.
"""

from collections.abc import Callable
from typing import TypeVar

from services.errors import LabError
from services.messages import Message, Read, ReadResult, Write, Written
from services.ports import Env
from services.replies import of_type
from services.settings.single_leader import ReadPolicy, SingleLeaderSettings
from services.single_leader.door import routing
from services.single_leader.door.guide import Guide
from services.single_leader.door.reading import Reading

M = TypeVar("M", bound=Message)


class Partition:
    """Partition `number`, held by `replicas`. Tokens here are of a client that knows no other partition."""

    def __init__(
        self,
        number: int,
        env: Env,
        replicas: tuple[str, ...],
        settings: SingleLeaderSettings,
        say: Callable[..., None],
    ) -> None:
        self.number = number
        self._env, self._settings = env, settings
        self.guide = Guide(env, replicas, settings, say)
        self.reading = Reading(env, settings, self)

    def configure(self, settings: SingleLeaderSettings, reset: bool) -> None:
        """Use these settings from now on; with `reset` everything begins anew."""
        self._settings = settings
        self.guide.configure(settings, reset)
        self.reading.configure(settings)

    @property
    def leader(self) -> str | None:
        """Who is believed to lead."""
        return self.guide.leader

    @property
    def replicas(self) -> tuple[str, ...]:
        """The replicas that may be read from."""
        return self.guide.replicas

    async def write(self, message: Write) -> Written:
        """Pass it on to the leader. Raises `LabError`, indefinite when it may have happened."""
        return self.reading.acknowledged(message, await self.through_leader(message, Written))

    async def read(self, message: Read, policy: ReadPolicy | None, replica: str | None) -> ReadResult:
        """See `Gateway.read`."""
        return await self.reading.read(message, policy, replica)

    async def through_leader(self, message: Message, expected: type[M]) -> M:
        """The leader's reply; asks a second leader if the first certainly did nothing."""
        guide = self.guide
        if guide.leader is None:
            await guide.learn()
        if guide.leader is None:
            why = guide.why_nobody
            text = f"nobody is known to lead at the moment{why and f' ({why})'}; try again in a second"
            raise LabError("no-leader", text)
        first, deadline = guide.leader, self._env.clock.monotonic() + self._settings.patience_s
        try:
            reply = await self._env.network.call(first, message, self._settings.patience_s)
        except LabError as error:
            if not routing.may_ask_another(error):
                raise
            await guide.learn()
            second = routing.second_choice(first, guide.leader, error.leader)
            left_s = deadline - self._env.clock.monotonic()
            if second is None or left_s <= 0:
                raise
            reply = await self._env.network.call(second, message, left_s)
        return of_type(reply, expected)
