"""The gateway: passes writes to the leader it knows, and reads to whom the policy allows.

A write is sent once. It may be sent a second time only after a *definite* refusal, when the gateway
has asked who leads now, or was told by whoever refused; after a timeout nobody knows whether it happened,
so the client is told exactly that. Reads have no effect and may try one replica after the other.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from services.config import NodeSettings, ReadPolicy
from services.errors import LabError
from services.gateway import routing
from services.gateway.guide import CONTROLLER, Guide
from services.gateway.reading import Reading, of_type
from services.messages import (
    START,
    AskStatus,
    Cached,
    CacheGet,
    CachePut,
    Configure,
    Execute,
    Executed,
    Message,
    Probe,
    Probed,
    Read,
    ReadResult,
    Route,
    Status,
    Write,
    Written,
)
from services.node import probe, remember_settings, settings_in_force
from services.ports import Env

M = TypeVar("M", bound=Message)


class Gateway:
    """`handle` is the door of clients in the simulation and of nodes everywhere; `read` takes wishes."""

    def __init__(self, env: Env, settings: NodeSettings) -> None:
        self._env = env
        self._node = settings
        self._cluster = settings_in_force(env, settings.cluster)
        self._guide = Guide(env, settings.replicas, self._cluster, self._say)
        self._reading = Reading(env, self._cluster, self)
        self._answers: Mapping[type[Message], Callable[[Any], Coroutine[Any, Any, Message]]] = {
            Write: self.write,
            Read: self.read,
            Execute: self._on_execute,
            **dict.fromkeys((CacheGet, CachePut), self.cached),
            Route: self._on_route,
            Configure: self._on_configure,
            AskStatus: self._on_ask_status,
            Probe: self._on_probe,
        }

    async def start(self) -> None:
        """Begin to ask, now and again, who leads."""
        self._say("started")
        self._env.tasks.spawn("keep-asking", self._guide.keep_asking())

    async def stop(self) -> None:
        """Stop asking."""
        await self._env.tasks.cancel("keep-asking")
        await self._env.tasks.cancel("ask")

    def status(self) -> Status:
        """Whom this gateway takes for the leader."""
        return Status(
            node=self._env.node,
            role="gateway",
            epoch=self._guide.epoch,
            position=START,
            leader=self.leader,
            settings=self._cluster,
        )

    async def handle(self, message: Message) -> Message:
        """The reply to `message`. Raises `LabError` for every refusal and failure."""
        answer = self._answers.get(type(message))
        if answer is None:
            raise LabError("bad-request", f"a gateway has no use for a {type(message).__name__}")
        return await answer(message)

    async def _on_execute(self, message: Execute) -> Executed:
        return await self.execute(message, routing.policy_of(message.mode))

    async def cached(self, message: CacheGet | CachePut) -> Cached:
        """Pass it on to the cache. Raises `LabError`, bad-request when there is none beside this cluster."""
        name = next((name for name, role in self._node.companions.items() if role == "cache"), None)
        if name is None:
            raise LabError("bad-request", "there is no cache beside this cluster")
        return of_type(await self._env.network.call(name, message, self._call_s), Cached)

    async def write(self, message: Write) -> Written:
        """Pass the write on to the leader. Raises `LabError`, indefinite when it may have happened."""
        return self._reading.acknowledged(message, await self.through_leader(message, Written))

    async def read(
        self, message: Read, policy: ReadPolicy | None = None, replica: str | None = None
    ) -> ReadResult:
        """Read under `policy` (by default the cluster's); or from `replica` (by default what it has).

        Raises `LabError`: the refusal of the last replica that was asked.
        """
        return await self._reading.read(message, policy, replica)

    async def execute(
        self, message: Execute, policy: ReadPolicy | None = None, replica: str | None = None
    ) -> Executed:
        """A transaction: by the leader, or if `policy` or `replica` is given one that reads, like `read`."""
        if policy is None and replica is None:
            return await self.through_leader(message, Executed)
        return await self._reading.look(message, policy or "any", replica)

    async def _on_route(self, message: Route) -> Status:
        self._guide.hear(message)
        return self.status()

    async def _on_configure(self, message: Configure) -> Status:
        self._cluster = message.settings
        self._guide.configure(message.settings, message.reset)
        self._reading.configure(message.settings)
        remember_settings(self._env, message.settings)
        if message.reset:
            self._say("emptied", replication=self._cluster.replication, reads=self._cluster.reads)
        return self.status()

    async def _on_ask_status(self, _: AskStatus) -> Status:
        return self.status()

    async def _on_probe(self, message: Probe) -> Probed:
        return await probe(self._env, message)

    async def survey(self) -> dict[str, Status | LabError]:
        """What every replica and the controller say of themselves, or why they do not."""
        names = (*self.replicas, CONTROLLER)
        return dict(zip(names, await asyncio.gather(*map(self._status_of, names)), strict=True))

    @property
    def _call_s(self) -> float:
        return self._cluster.call_timeout_ms / 1000

    @property
    def leader(self) -> str | None:
        """Whom this gateway believes to lead."""
        return self._guide.leader

    @property
    def replicas(self) -> tuple[str, ...]:
        """The replicas that this gateway reads from."""
        return self._guide.replicas

    async def through_leader(self, message: Message, expected: type[M]) -> M:
        """The leader's reply; a second leader is asked if the first certainly did nothing."""
        guide = self._guide
        if guide.leader is None:
            await guide.learn()
        if guide.leader is None:
            raise LabError("no-leader", "nobody is known to lead at the moment; try again in a second")
        first, deadline = guide.leader, self._env.clock.monotonic() + self._cluster.patience_s
        try:
            reply = await self._env.network.call(first, message, self._cluster.patience_s)
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

    async def _status_of(self, node: str) -> Status | LabError:
        try:
            return of_type(await self._env.network.call(node, AskStatus(), self._call_s), Status)
        except LabError as error:
            return error

    def _say(self, event: str, **fields: object) -> None:
        self._env.log.event(event, role="gateway", epoch=self._guide.epoch, **fields)
