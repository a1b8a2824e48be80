"""The shell of a node: what it answers whatever its family, and how it changes from one family to another.

An order can move a running node to another family, with empty data: the old part stops, the disk is emptied,
and the new part begins. So one cluster can compare two families. If the disk refuses, the node has no part
and says so, until an order succeeds or it restarts.
"""

import asyncio
from typing import Any

from msgspec.structs import replace

from services.errors import LabError
from services.family import Answers, part_for
from services.messages import AskNotes, AskStatus, Configure, Message, Notes, Probe, Probed, Status
from services.no_part import NoPart
from services.node import must_fit, probe, remember_settings, settings_in_force
from services.ports import Env
from services.settings import CommonSettings, NodeSettings
from services.trouble import disk_may_refuse


class Shell:
    """Base of replica, gateway and controller; `place` names their part in a family."""

    place: str

    def __init__(self, env: Env, settings: NodeSettings) -> None:
        self.env, self.node = env, settings
        self._changing = asyncio.Lock()
        self.beginnings = 0  # how often orders have emptied the data since the process started
        self._take(settings_in_force(env, settings.cluster))

    async def start(self) -> None:
        """See `services.node.Node`."""
        await self.part.start()

    async def stop(self) -> None:
        """See `services.node.Node`."""
        await self.part.stop("the process stops")

    async def handle(self, message: Message) -> Message:
        """The reply to `message`. Raises `LabError` for every refusal and failure."""
        answer = self._answers.get(type(message))
        if answer is None:
            kind = type(message).__name__
            raise LabError("bad-request", f"a {self.node.role} of this family has no use for a {kind}")
        reply: Message = await answer(message)
        return reply

    def status(self) -> Status:
        """The status of this node."""
        status: Status = self.part.status()
        return replace(status, sent=dict(self.env.network.traffic()))

    def own_answers(self) -> Answers:
        """What the shell itself answers."""
        looks: Answers = {AskStatus: self._ask_status, AskNotes: self._notes, Probe: self._probe}
        return {**looks, Configure: self._configure}

    def _take(self, settings: CommonSettings) -> None:
        """Become a node of the family of `settings`."""
        make = part_for(settings, self.place)
        self._play(make(self.env, replace(self.node, cluster=settings)), settings)

    def _play(self, part: Any, settings: CommonSettings) -> None:
        self.part, self.settings = part, settings
        self._answers = {**self.part.answers(), **self.own_answers()}

    async def _configure(self, order: Configure) -> Status:
        settings = order.settings
        must_fit(settings, self.node)
        async with self._changing:
            self.beginnings += order.reset
            if self._can_go_on_with(settings):
                await self.part.configure(settings, order.reset)
                self.settings = settings
            elif order.reset:
                await self._become(settings)
            else:
                is_now = "nobody" if isinstance(self.part, NoPart) else self.settings.kind
                text = f"{self.env.node} is {is_now}, and {settings.kind} begins on empty data"
                raise LabError("bad-order", f"{text}; let the order reset it")
        return self.status()

    async def _become(self, settings: CommonSettings) -> None:
        await self.part.stop(f"from now on it is {settings.kind}")
        self._play(NoPart(self.env, replace(self.node, cluster=settings)), settings)
        with disk_may_refuse():
            await self.env.disk.wipe()
            remember_settings(self.env, settings)
            self._take(settings)
        await self.start()
        self.part.say("changed-family", family=settings.kind)

    def _can_go_on_with(self, settings: CommonSettings) -> bool:
        """Can the present part serve these settings?"""
        return settings.parts == self.settings.parts and not isinstance(self.part, NoPart)

    async def _ask_status(self, _: AskStatus) -> Status:
        return self.status()

    async def _notes(self, asked: AskNotes) -> Notes:
        return self.env.network.notes(asked)

    async def _probe(self, message: Probe) -> Probed:
        return await probe(self.env, message)
