"""Who leads and who follows, as far as a gateway knows: it asks now and again, and believes the newest epoch.

If there is a controller, the gateway asks that. If the replicas elect their leader, it asks every replica,
and the first news ends the wait, so that a dead or frozen replica delays nobody.
"""

import asyncio
from collections.abc import Callable

from services.errors import LabError
from services.messages import Message
from services.messages.single_leader import AskRoute, Route
from services.ports import Env
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.door import routing

CONTROLLER = "controller"
HEARTBEATS_BETWEEN_QUESTIONS = 5


class Guide:
    """What one gateway knows about who leads. `say` writes a line into its log."""

    def __init__(
        self, env: Env, replicas: tuple[str, ...], settings: SingleLeaderSettings, say: Callable[..., None]
    ) -> None:
        self._env, self._members, self._settings, self._say = env, replicas, settings, say
        self._route: Route | None = None
        self.replicas = replicas  # those that count, newcomers once the controller counts them
        self._asking: asyncio.Event | None = None
        self._said: dict[str, str] = {}  # what is the matter, by the node that was asked last time

    @property
    def why_nobody(self) -> str:
        """Why no leader is known, in the words of those who were asked; empty if they said nothing."""
        return "; ".join(said for _, said in sorted(self._said.items()) if said)

    @property
    def leader(self) -> str | None:
        """Who is believed to lead."""
        return self._route.leader if self._route else None

    @property
    def epoch(self) -> int:
        """The newest epoch that was heard of."""
        return self._route.epoch if self._route else 0

    def configure(self, settings: SingleLeaderSettings, reset: bool) -> None:
        """Take these settings; with `reset` everything begins anew, and what was known is void."""
        self._settings = settings
        if reset:
            self._route, self.replicas, self._said = None, self._members, {}

    def hear(self, heard: Route) -> None:
        """Take in what somebody says about who leads."""
        before, self._route = self.leader, routing.newest(self._route, heard)
        if self.leader != before:
            self._say("routes-writes", to=self.leader, before=before)
        for newcomer in heard.members:
            if newcomer not in self.replicas:
                self.replicas = (*self.replicas, newcomer)
                self._say("reads-from-newcomer", newcomer=newcomer)

    async def keep_asking(self) -> None:
        """Ask, again and again."""
        while True:
            await self.learn()
            await self._env.clock.sleep(HEARTBEATS_BETWEEN_QUESTIONS * self._settings.heartbeat_ms / 1000)

    async def learn(self) -> None:
        """Ask once, for all who wait; without an answer the gateway goes on with what it knows."""
        if self._asking is None:
            self._asking = asyncio.Event()
            self._env.tasks.spawn("ask", self._ask(self._asking))
        await self._asking.wait()

    async def _ask(self, answered: asyncio.Event) -> None:
        whom = self._members if self._settings.coordination == "election" else (CONTROLLER,)
        try:
            await asyncio.gather(*(self._ask_one(node, self._settings, answered) for node in whom))
        finally:
            self._end(answered)

    async def _ask_one(self, node: str, settings: SingleLeaderSettings, answered: asyncio.Event) -> None:
        reply: Message | LabError
        try:
            reply = await self._env.network.call(node, AskRoute(), settings.call_timeout_ms / 1000)
        except LabError as error:
            reply = error
        if self._settings is not settings:
            return  # everything began anew meanwhile, so this answer is out of date
        self._said[node] = _said(node, reply)
        if isinstance(reply, Route):
            known = (self.epoch, self.leader)
            self.hear(reply)
            if self.leader is not None and (self.epoch, self.leader) != known:
                self._end(answered)

    def _end(self, answered: asyncio.Event) -> None:
        """Release those who wait; the next caller asks anew."""
        answered.set()
        if self._asking is answered:
            self._asking = None


def _said(node: str, reply: Message | LabError) -> str:
    """What is the matter, if this is what came of the question to `node` who leads."""
    if not isinstance(reply, LabError):
        return reply.why_nobody if isinstance(reply, Route) else ""
    if reply.kind.code == "no-leader":
        return reply.text
    who = "the controller" if node == CONTROLLER else node
    return f"{who} does not answer ({reply.kind.code})"
