"""The whole cluster in one process: real replicas, controller and gateways, links in memory.

Only sockets and processes are missing. Messages pass as JSON through links with the states that the
protocol knows; a killed node loses its object and keeps its directory.
"""

import asyncio
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Literal

import msgspec

from chaos.cluster import HEALTHY, Ability, ClusterError, Event, LinkState, ProcessState, eventually
from chaos.cluster.links import CONTROLLER, LAB, Link, all_links
from services.adapters.disk import FileDisk
from services.adapters.tasks import OrderedTasks
from services.controller.controller import Controller
from services.errors import LabError
from services.gateway.gateway import Gateway
from services.messages import AskStatus, Message, ReadContents, decode, encode
from services.node import Node
from services.ports import Env
from services.power import PowerSwitch
from services.replica.replica import Replica
from services.settings import AnySettings, NodeSettings
from services.settings.single_leader import SingleLeaderSettings
from tests.unit.unhurried import UnhurriedClock

REPLICAS, GATEWAYS = ("n1", "n2", "n3"), ("g1", "g2")
ROLES: Mapping[str, Literal["replica", "gateway", "controller"]] = {
    **dict.fromkeys(REPLICAS, "replica"),
    **dict.fromkeys(GATEWAYS, "gateway"),
    CONTROLLER: "controller",
}
KINDS: Mapping[str, Callable[[Env, NodeSettings], Node]] = {
    "replica": Replica,
    "gateway": Gateway,
    "controller": Controller,
}


class MemoryLink:
    """The network port of one node: its links, in the states they are in."""

    def __init__(self, cluster: "MemoryCluster", source: str) -> None:
        self._cluster, self._source = cluster, source

    async def call(self, to: str, message: Message, timeout_s: float) -> Message:
        link = self._cluster.link(self._source, to)
        try:
            async with asyncio.timeout(timeout_s):
                return await self._cross(link, message)
        except TimeoutError:
            raise LabError("timed-out", f"{link.target} did not answer") from None

    async def _cross(self, link: Link, message: Message) -> Message:
        if self._cluster.states[link].cut_requests:
            await self._swallowed(link)
        await asyncio.sleep(self._cluster.states[link].latency_s)
        reply = await self._cluster.listener(link).handle(decode(encode(message)))
        if self._cluster.states[link].cut_replies:
            await self._swallowed(link)
        return decode(encode(reply))

    async def _swallowed(self, link: Link) -> None:
        """A black hole; healing it closes the connections that hang in it."""
        await self._cluster.changes[link].wait()
        raise LabError("connection-lost", f"the connection to {link.target} was closed")


class MemoryLog:
    """The log port of one node."""

    def __init__(self, node: str, events: list[Event]) -> None:
        self._node, self._events = node, events

    def event(self, event: str, **fields: object) -> None:
        self._events.append(Event(time.time(), self._node, event, fields))


class MemoryPower:
    """See `services.power.Power`."""

    def __init__(self, cluster: "MemoryCluster", node: str) -> None:
        self._cluster, self._node = cluster, node

    async def cut(self) -> bool:
        if self._node not in self._cluster.nodes:
            return False
        await self._cluster.kill(self._node)
        return True


class MemoryCluster:
    """See `chaos.cluster.Cluster`. Use `async with`."""

    name = runtime = "memory"
    abilities: frozenset[Ability] = frozenset({"links", "kill", "restart"})
    replicas: tuple[str, ...] = REPLICAS
    partitions: tuple[tuple[str, ...], ...] = ()
    spares: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    with_data: tuple[str, ...] = REPLICAS
    gateways: Mapping[str, str] = dict.fromkeys(GATEWAYS, "")
    doors = gateways
    addresses: Mapping[str, str] = {}
    links: tuple[Link, ...] = all_links(REPLICAS, GATEWAYS)

    def __init__(self, directory: Path) -> None:
        self.nodes: dict[str, Node] = {}
        self.states = dict.fromkeys(self.links, HEALTHY)
        self.changes = {link: asyncio.Event() for link in self.links}
        self.crashes: list[str] = []
        self.told: list[str] = []
        self._directory = directory
        self._settings: AnySettings = SingleLeaderSettings()
        self._tasks: dict[str, OrderedTasks] = {}
        self._events: list[Event] = []

    async def __aenter__(self) -> "MemoryCluster":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
        assert not self.crashes

    def listener(self, link: Link) -> Node | PowerSwitch:
        """Whoever is behind `link`."""
        if link.out_of_band:
            log = MemoryLog(link.target, self._events)
            return PowerSwitch(link.target, log, MemoryPower(self, link.target))
        if link.target not in self.nodes:
            raise LabError("unreachable", f"{link.target} is dead")
        return self.nodes[link.target]

    def link(self, source: str, address_key: str) -> Link:
        return next(link for link in self.links if (link.source, link.address_key) == (source, address_key))

    async def configure(self, settings: AnySettings) -> None:
        await self.close()
        shutil.rmtree(self._directory, ignore_errors=True)
        self._settings = settings
        for node in ROLES:
            await self.restart(node)
        await eventually(self._must_serve, 10)

    async def _must_serve(self) -> None:
        leader = await self.resolve("leader")
        for node in (*REPLICAS, *GATEWAYS):
            status = await self.status(node)
            if status["leader"] != leader:
                raise ClusterError(f"{node} does not know that {leader} leads")

    async def enlist(self, node: str) -> None:
        raise ClusterError("there are no spares here")

    async def resolve(self, target: str) -> str:
        leader = (await self.status(CONTROLLER))["leader"]
        if leader is None:
            raise ClusterError("nobody leads")
        if target == "follower":
            return next(node for node in REPLICAS if node != leader)
        return str(leader) if target == "leader" else target

    async def set_link(self, link: Link, state: LinkState) -> None:
        self.states[link] = state
        self.changes[link].set()
        self.changes[link] = asyncio.Event()

    async def link_state(self, link: Link) -> LinkState:
        return self.states[link]

    async def probe(self, link: Link, timeout_s: float) -> Literal["passed", "no-answer", "refused"]:
        assert link.source != LAB
        try:
            await MemoryLink(self, link.source).call(link.address_key, AskStatus(), timeout_s)
        except LabError as error:
            return "no-answer" if error.kind.code == "timed-out" else "refused"
        return "passed"

    async def kill(self, node: str) -> None:
        self.nodes.pop(node, None)
        await self._tasks.pop(node).cancel_all()

    async def pause(self, node: str) -> None:
        raise ClusterError("one node of a process cannot be paused")

    async def resume(self, node: str) -> None:
        raise ClusterError("one node of a process cannot be paused")

    async def restart(self, node: str) -> None:
        settings = NodeSettings(
            node=node,
            role=ROLES[node],
            replicas=REPLICAS,
            gateways=GATEWAYS,
            links={},
            data_dir=self._directory / node,
            token="t",
            cluster=self._settings,
        )
        self._tasks[node] = OrderedTasks(partial(self._note_crash, node))
        env = Env(
            node=node,
            clock=UnhurriedClock(),
            network=MemoryLink(self, node),
            disk=FileDisk(self._directory / node),
            random=Random(node),
            tasks=self._tasks[node],
            log=MemoryLog(node, self._events),
        )
        made: Node = KINDS[ROLES[node]](env, settings)
        self.nodes[node] = made
        await made.start()

    async def process_state(self, node: str) -> ProcessState:
        return "running" if node in self.nodes else "dead"

    async def revive_proxy(self) -> ProcessState:
        return "running"

    async def order(self, name: str, node: str | None = None) -> str:
        raise ClusterError("nobody takes orders here")

    async def must_have_settled(self) -> None:
        accounts = [await self.status(node) for node in (*REPLICAS, CONTROLLER)]
        marks = {account["mark"] for account in accounts[:-1]}
        if len(marks) > 1 or any(account["owes"] for account in accounts):
            raise ClusterError(f"not everything is delivered: {accounts}")

    async def status(self, node: str) -> Mapping[str, Any]:
        if node not in self.nodes:
            raise ClusterError(f"{node} is dead")
        return self.nodes[node].status().flat()

    async def contents(self, node: str) -> Mapping[str, Any]:
        if node not in self.nodes:
            raise ClusterError(f"{node} is dead")
        contents: dict[str, Any] = msgspec.to_builtins(await self.nodes[node].handle(ReadContents()))
        return contents

    def events(self) -> Sequence[Event]:
        return sorted(self._events, key=lambda event: event.time_s)

    def tell(self, text: str) -> None:
        self.told.append(text)

    async def close(self) -> None:
        self.states = dict.fromkeys(self.links, HEALTHY)
        for node in list(self._tasks):
            await self.kill(node)

    def _note_crash(self, node: str, task: str, error: BaseException) -> None:
        self.crashes.append(f"{node} {task}: {error!r}")
