"""The gateway: passes writes to the leader it knows, and reads to whom the policy allows.

A write is sent once. It may be sent a second time only after a *definite* refusal, when the gateway
has asked the controller who leads now; after a timeout nobody knows whether it happened, so the
client is told exactly that. Reads have no effect and may try one replica after the other.
"""

import asyncio
from collections.abc import Iterable
from functools import singledispatchmethod
from typing import TypeVar

from msgspec.structs import replace

from services.config import NodeSettings, ReadPolicy
from services.errors import LabError
from services.gateway import routing
from services.gateway.routing import Attempt
from services.messages import (
    START,
    AskRoute,
    AskStatus,
    Configure,
    Message,
    Probe,
    Probed,
    Read,
    ReadResult,
    Route,
    Status,
    Write,
    Written,
    kind_of,
)
from services.node import probe, remember_settings, settings_in_force
from services.ports import Env

M = TypeVar("M", bound=Message)

CONTROLLER = "controller"
HEARTBEATS_BETWEEN_QUESTIONS = 5


class Gateway:
    """`handle` is the door of clients in the simulation and of nodes everywhere; `read` takes wishes."""

    def __init__(self, env: Env, settings: NodeSettings) -> None:
        self._env = env
        self._node = settings
        self._cluster = settings_in_force(env, settings.cluster)
        self._route: Route | None = None
        self._asking: asyncio.Event | None = None

    async def start(self) -> None:
        """Begin to ask the controller, now and again, who leads."""
        self._say("started")
        self._env.tasks.spawn("keep-asking", self._keep_asking())

    async def stop(self) -> None:
        """Stop asking."""
        await self._env.tasks.cancel("keep-asking")
        await self._env.tasks.cancel("ask")

    def status(self) -> Status:
        """Whom this gateway takes for the leader."""
        return Status(
            node=self._env.node,
            role="gateway",
            epoch=self._epoch,
            position=START,
            leader=self._leader,
            settings=self._cluster,
        )

    @singledispatchmethod
    async def handle(self, message: Message) -> Message:
        """The reply to `message`. Raises `LabError` for every refusal and failure."""
        raise LabError("bad-request", f"a gateway has no use for a {type(message).__name__}")

    @handle.register
    async def _on_write(self, message: Write) -> Written:
        return await self.write(message)

    @handle.register
    async def _on_read(self, message: Read) -> ReadResult:
        return await self.read(message)

    async def write(self, message: Write) -> Written:
        """Pass the write on to the leader. Raises `LabError`, indefinite when it may have happened."""
        return await self._through_leader(message, Written)

    async def read(
        self, message: Read, policy: ReadPolicy | None = None, replica: str | None = None
    ) -> ReadResult:
        """Read under `policy` (by default the cluster's); or from `replica` (by default what it has).

        Raises `LabError`: the refusal of the last replica that was asked.
        """
        if replica is not None:
            self._must_exist(replica)
            return await self._first_answer(message, (Attempt(replica, routing.MODES[policy or "any"]),))
        policy = policy or self._cluster.reads
        if policy == "leader":
            return await self._through_leader(replace(message, mode="leader"), ReadResult)
        attempts = routing.choose(policy, self._node.replicas, self._leader, self._env.random)
        return await self._first_answer(message, attempts)

    @handle.register
    async def _on_route(self, message: Route) -> Status:
        self._hear(message)
        return self.status()

    @handle.register
    async def _on_configure(self, message: Configure) -> Status:
        self._cluster = message.settings
        remember_settings(self._env, message.settings)
        if message.reset:
            self._route = None
            self._say("emptied", replication=self._cluster.replication, reads=self._cluster.reads)
        return self.status()

    @handle.register
    async def _on_ask_status(self, _: AskStatus) -> Status:
        return self.status()

    @handle.register
    async def _on_probe(self, message: Probe) -> Probed:
        return await probe(self._env, message)

    async def survey(self) -> dict[str, Status | LabError]:
        """What every replica and the controller say of themselves, or why they do not."""
        names = (*self._node.replicas, CONTROLLER)
        return dict(zip(names, await asyncio.gather(*map(self._status_of, names)), strict=True))

    @property
    def _leader(self) -> str | None:
        return self._route.leader if self._route else None

    @property
    def _epoch(self) -> int:
        return self._route.epoch if self._route else 0

    @property
    def _call_s(self) -> float:
        return self._cluster.call_timeout_ms / 1000

    @property
    def _patience_s(self) -> float:
        """How long a client may wait: as long as the leader may for its followers, and the way there."""
        return self._call_s + self._cluster.acknowledge_timeout_ms / 1000

    async def _through_leader(self, message: Message, expected: type[M]) -> M:
        """The leader's reply; a second leader is asked if the first certainly did nothing."""
        if self._leader is None:
            await self._learn_route()
        if self._leader is None:
            raise LabError("no-leader", "nobody is known to lead at the moment; try again in a second")
        first, deadline = self._leader, self._env.clock.monotonic() + self._patience_s
        try:
            reply = await self._env.network.call(first, message, self._patience_s)
        except LabError as error:
            if not routing.may_ask_another(error):
                raise
            await self._learn_route()
            left_s = deadline - self._env.clock.monotonic()
            if self._leader in (None, first) or left_s <= 0:
                raise
            reply = await self._env.network.call(self._leader, message, left_s)
        return of_type(reply, expected)

    async def _first_answer(self, message: Read, attempts: Iterable[Attempt]) -> ReadResult:
        deadline = self._env.clock.monotonic() + self._patience_s
        failure: LabError | None = None
        for attempt in attempts:
            left_s = deadline - self._env.clock.monotonic()
            if failure and (left_s <= 0 or not routing.may_read_elsewhere(failure)):
                break
            try:
                request = replace(message, mode=attempt.mode)
                reply = await self._env.network.call(attempt.replica, request, min(left_s, self._call_s))
            except LabError as error:
                failure = error
            else:
                return of_type(reply, ReadResult)
        assert failure, "there is at least one replica"
        raise failure

    def _must_exist(self, replica: str) -> None:
        if replica not in self._node.replicas:
            known = ", ".join(self._node.replicas)
            raise LabError("bad-request", f"there is no replica {replica!r}; known: {known}")

    async def _learn_route(self) -> None:
        """Ask the controller once, however many wait for the answer."""
        if self._asking is None:
            self._asking = asyncio.Event()
            self._env.tasks.spawn("ask", self._ask(self._asking))
        await self._asking.wait()

    async def _ask(self, answered: asyncio.Event) -> None:
        settings = self._cluster
        try:
            reply = await self._env.network.call(CONTROLLER, AskRoute(), self._call_s)
            if self._cluster is settings:  # else everything began anew meanwhile, and this is about old times
                self._hear(of_type(reply, Route))
        except LabError:
            pass  # the gateway goes on with what it knows
        finally:
            self._asking = None
            answered.set()

    async def _keep_asking(self) -> None:
        while True:
            await self._learn_route()
            await self._env.clock.sleep(HEARTBEATS_BETWEEN_QUESTIONS * self._cluster.heartbeat_ms / 1000)

    def _hear(self, heard: Route) -> None:
        before, self._route = self._leader, routing.newest(self._route, heard)
        if self._leader != before:
            self._say("routes-writes", to=self._leader, before=before)

    async def _status_of(self, node: str) -> Status | LabError:
        try:
            return of_type(await self._env.network.call(node, AskStatus(), self._call_s), Status)
        except LabError as error:
            return error

    def _say(self, event: str, **fields: object) -> None:
        self._env.log.event(event, role="gateway", epoch=self._epoch, **fields)


def of_type(reply: Message, expected: type[M]) -> M:
    """The reply, if it is what was asked for. Raises `LabError`, indefinite, if it is not."""
    if isinstance(reply, expected):
        return reply
    raise LabError("internal", f"the answer is a {kind_of(reply)} where a {kind_of(expected)} was due")
