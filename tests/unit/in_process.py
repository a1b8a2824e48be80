"""Real replicas and a real controller in one process: real files and clocks, messages as JSON.

Only the sockets are missing. A link can be cut (nobody answers) and a node can be dead (refused).
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Literal

from services.adapters.clock import SystemClock
from services.adapters.disk import FileDisk
from services.adapters.tasks import OrderedTasks
from services.controller.controller import Controller
from services.errors import LabError
from services.messages import Message, Operation, ReadContents, Status, Write, decode, encode
from services.messages.single_leader import lead
from services.ports import Env
from services.replica.replica import Replica
from services.settings import NodeSettings
from services.settings.single_leader import SingleLeaderSettings
from tests.unit.standing import standing

REPLICAS = ("n1", "n2", "n3")
DEADLINE_S = 10.0


class Wires:
    """The network of all nodes: who listens, and which ordered pairs are cut."""

    def __init__(self) -> None:
        self.nodes: dict[str, Replica | Controller] = {}
        self.cut: set[tuple[str, str]] = set()

    def isolate(self, *side: str) -> None:
        """Cut every link between `side` and the rest."""
        everybody = (*REPLICAS, "controller")
        rest = [node for node in everybody if node not in side]
        self.cut |= {(a, b) for a in side for b in rest} | {(b, a) for a in side for b in rest}


class Wire:
    """The network port of one node."""

    def __init__(self, wires: Wires, source: str) -> None:
        self._wires, self._source = wires, source

    async def call(self, to: str, message: Message, timeout_s: float) -> Message:
        if (self._source, to) in self._wires.cut:
            await asyncio.sleep(timeout_s)
            raise LabError("timed-out", f"{to} did not answer")
        if to not in self._wires.nodes:
            raise LabError("unreachable", f"{to} is dead")
        reply: Message | LabError
        try:
            reply = await self._wires.nodes[to].handle(decode(encode(message)))
        except LabError as error:
            reply = error
        if (to, self._source) in self._wires.cut:  # it swallows refusals, too
            raise LabError("timed-out", f"{to} did not answer")
        if isinstance(reply, LabError):
            raise reply
        return decode(encode(reply))


class Story:
    """A log that keeps its lines."""

    def __init__(self, node: str, lines: list[tuple[str, str]]) -> None:
        self._node, self._lines = node, lines

    def event(self, event: str, **fields: object) -> None:
        self._lines.append((self._node, event))


class Cluster:
    """Three replicas and a controller in `directory`."""

    def __init__(self, directory: Path, settings: SingleLeaderSettings) -> None:
        self.wires = Wires()
        self.lines: list[tuple[str, str]] = []
        self.crashes: list[str] = []
        self._directory, self._settings = directory, settings
        self._envs: dict[str, Env] = {}

    async def __aenter__(self) -> "Cluster":
        for node in (*REPLICAS, "controller"):
            await self.start(node)
        await self.until(lambda: self.leader is not None)
        return self

    async def __aexit__(self, *_: object) -> None:
        for node in list(self.wires.nodes):
            await self.kill(node)
        assert not self.crashes, self.crashes

    @property
    def leader(self) -> str | None:
        controller = self.wires.nodes["controller"]
        return lead(controller.status()).leader

    def status(self, node: str) -> Status:
        return self.wires.nodes[node].status()

    def file(self, node: str, pattern: str) -> list[Path]:
        return sorted((self._directory / node).glob(pattern))

    async def start(self, node: str, settings: SingleLeaderSettings | None = None) -> None:
        """Start a process on the node's disk, with the cluster's settings or others."""
        env = self._env(node)
        role: Literal["controller", "replica"] = "controller" if node == "controller" else "replica"
        about = NodeSettings(
            node=node,
            role=role,
            replicas=REPLICAS,
            gateways=(),
            links={},
            data_dir=self._directory / node,
            token="t",
            cluster=settings or self._settings,
        )
        made = Controller(env, about) if node == "controller" else Replica(env, about)
        self._envs[node] = env
        self.wires.nodes[node] = made
        await made.start()

    async def kill(self, node: str) -> None:
        """The process is gone; its disk stays."""
        self.wires.nodes.pop(node)
        await self._envs[node].tasks.cancel_all()

    async def call(self, node: str, message: Message) -> Message:
        return await self.wires.nodes[node].handle(message)

    async def put(self, node: str, key: str, value: object) -> Message:
        return await self.call(node, Write(operation=Operation("put", key, value)))  # type: ignore[arg-type]

    async def registers(self, node: str) -> dict[str, object]:
        contents = await self.call(node, ReadContents())
        return dict(contents.registers)  # type: ignore[attr-defined]

    def seen_by(self, node: str) -> set[tuple[str, object]]:
        """The registers that `node` holds at the moment."""
        replica = self.wires.nodes[node]
        assert isinstance(replica, Replica)
        return set(standing(replica).storage.contents()[0].items())

    async def settled(self) -> None:
        """Wait until every living replica has the leader's whole log."""
        replicas = [n for n in self.wires.nodes if n != "controller"]
        await self.until(lambda: self.leader is not None)
        await self.until(lambda: len({lead(self.status(n)).position for n in replicas}) == 1)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not condition():
                await asyncio.sleep(0.005)

    def _env(self, node: str) -> Env:
        return Env(
            node=node,
            clock=SystemClock(),
            network=Wire(self.wires, node),
            disk=FileDisk(self._directory / node),
            random=Random(node),
            tasks=OrderedTasks(lambda name, error: self.crashes.append(f"{node} {name}: {error!r}")),
            log=Story(node, self.lines),
        )
