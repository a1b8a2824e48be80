"""The gateway: passes writes to the leader it knows, and reads to whom the policy allows.

A write is sent once. It may be sent a second time only after a *definite* refusal, when the gateway
has asked who leads now, or was told by whoever refused; after a timeout nobody knows whether it happened,
so the client is told exactly that. Reads have no effect and may try one replica after the other.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any

from msgspec import UNSET
from msgspec.structs import replace

from services.config import NodeSettings, ReadPolicy
from services.errors import LabError
from services.groups import partitions
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
    Token,
    Write,
    Written,
    merged,
)
from services.node import must_fit, probe, remember_settings, settings_in_force
from services.ports import Env
from services.single_leader.door import routing
from services.single_leader.door.guide import CONTROLLER
from services.single_leader.door.partition import Partition
from services.single_leader.door.reading import of_type
from services.versions import tokens


class Gateway:
    """`handle` is the door of clients in the simulation and of nodes everywhere; `read` takes wishes."""

    def __init__(self, env: Env, settings: NodeSettings) -> None:
        self._env = env
        self._node = settings
        self._cluster = settings_in_force(env, settings.cluster)
        self._runs = False
        self._partitions = self._make_partitions()
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
        self._keep_asking()

    async def stop(self) -> None:
        """Stop asking."""
        self._runs = False
        await self._env.tasks.cancel("keep-asking")
        await self._env.tasks.cancel("ask")

    def status(self) -> Status:
        """Whom this gateway takes for the leader, or for the leaders."""
        first = self._partitions[0].guide
        guides = (partition.guide for partition in self._partitions)
        return Status(
            node=self._env.node,
            role="gateway",
            epoch=first.epoch,
            position=START,
            leader=first.leader,
            settings=self._cluster,
            leads={guide.leader: guide.epoch for guide in guides if guide.leader},
        )

    def must_know_the_way(self) -> None:
        """Raise `LabError` no-leader while there is a key whose leader this gateway has not heard of."""
        if not all(partition.guide.leader for partition in self._partitions):
            raise LabError("no-leader", f"{self._env.node} has not heard yet who leads")

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
        partition, count = self._home_of(message.operation.key), len(self._partitions)
        known = tokens.fitting(message.token, count)
        if count == 1:
            return await partition.write(message)
        operation = replace(message.operation, needs=tokens.but_for(known, partition.number) or UNSET)
        own = tokens.about(known, partition.number)
        written = await partition.write(replace(message, operation=operation, token=own))
        return replace(written, token=self._with(known, partition, written.token), partition=partition.number)

    async def read(
        self, message: Read, policy: ReadPolicy | None = None, replica: str | None = None
    ) -> ReadResult:
        """Read under `policy` (by default the cluster's); or from `replica` (by default what it has).

        Raises `LabError`: the refusal of the last replica that was asked.
        """
        partition, count = self._home_of(message.key), len(self._partitions)
        known = tokens.fitting(message.token, count)
        if count == 1:
            return await partition.read(message, policy, replica)
        if replica in self.replicas and replica not in partition.replicas:
            text = f"{message.key!r} lies in partition {partition.number}, of which {replica} has no copy; "
            raise LabError("bad-request", f"{text}ask {', '.join(partition.replicas)}")
        own = tokens.about(known, partition.number)
        result = await partition.read(replace(message, token=own), policy, replica)
        token = merged(self._with(known, partition, result.token), result.needs)
        return replace(result, token=token, needs=(), partition=partition.number)

    async def execute(
        self, message: Execute, policy: ReadPolicy | None = None, replica: str | None = None
    ) -> Executed:
        """A transaction: by the leader, or if `policy` or `replica` is given one that reads, like `read`."""
        if len(self._partitions) > 1:
            text = "SQL tables are not shared out over partitions; use registers and sets, or one partition"
            raise LabError("bad-request", text)
        (partition,) = self._partitions
        if policy is None and replica is None:
            return await partition.through_leader(message, Executed)
        return await partition.reading.look(message, policy or "any", replica)

    async def _on_route(self, message: Route) -> Status:
        self._partitions[0].guide.hear(message)
        return self.status()

    async def _on_configure(self, message: Configure) -> Status:
        must_fit(message.settings, self._node)
        remember_settings(self._env, message.settings)
        before, self._cluster = self._cluster, message.settings
        if message.settings.partitions == before.partitions:
            for partition in self._partitions:
                partition.configure(message.settings, message.reset)
        else:
            await self._share_out_anew()
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
    def replicas(self) -> tuple[str, ...]:
        """The replicas that this gateway reads from."""
        return tuple(replica for partition in self._partitions for replica in partition.replicas)

    def _home_of(self, key: str) -> Partition:
        """The partition in which `key` lies."""
        return self._partitions[partitions.partition_of(key, len(self._partitions)) - 1]

    def _with(self, known: Token, partition: Partition, news: Token) -> Token:
        """What a client knows who knew so much and has learned `news` of `partition`."""
        return merged(known, tokens.placed(news, partition.number, len(self._partitions)))

    def _make_partitions(self) -> tuple[Partition, ...]:
        several = len(self._cluster.partitions) > 1
        return tuple(
            Partition(
                number,
                self._env,
                replicas,
                self._cluster,
                partial(self._say, partition=number) if several else self._say,
            )
            for number, replicas in enumerate(
                partitions.groups(self._cluster.partitions, self._node.replicas), 1
            )
        )

    async def _share_out_anew(self) -> None:
        """Other settings share the keys out differently: nothing that was known holds any more."""
        ran = self._runs
        await self.stop()
        self._partitions = self._make_partitions()
        if ran:
            self._keep_asking()

    def _keep_asking(self) -> None:
        self._runs = True
        for partition in self._partitions:
            self._env.tasks.spawn("keep-asking", partition.guide.keep_asking())

    async def _status_of(self, node: str) -> Status | LabError:
        try:
            return of_type(await self._env.network.call(node, AskStatus(), self._call_s), Status)
        except LabError as error:
            return error

    def _say(self, event: str, partition: int | None = None, **fields: object) -> None:
        guide = self._partitions[(partition or 1) - 1].guide
        where = {} if partition is None else {"partition": partition}
        self._env.log.event(event, role="gateway", epoch=guide.epoch, **where, **fields)
