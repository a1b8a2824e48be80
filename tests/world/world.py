"""A cluster on simulated machines, with what a test wants of it beyond what the lab does.

A message that a test sends to a node goes by the lab's own link, which no fault touches.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from chaos.cluster import HEALTHY
from chaos.cluster.links import CONTROLLER
from chaos.cluster.shape import Shape
from chaos.runtimes.simulated.files import Files
from chaos.runtimes.simulated.network import SimulatedNetwork
from chaos.runtimes.simulation import SimulatedCluster
from services.messages import Contents, Message, Operation, ReadContents, Status, Write
from services.messages.single_leader import lead
from services.replica.replica import Replica
from services.settings import USUAL, AnySettings
from services.shell import Shell
from services.single_leader.member import Member
from services.single_leader.standing import Standing
from tests.world.virtually import until

T = TypeVar("T")

REPLICAS = ("n1", "n2", "n3")
SMALL = Shape(gateways=1)
PATIENCE_S = 60.0
MISHAPS = ("crashed", "bug")


class World(SimulatedCluster):
    """Three replicas, a controller and a gateway, unless `only` some of them are to start. Use `async with`.

    At the end no node may have crashed or met a bug.
    """

    def __init__(
        self, settings: AnySettings = USUAL, only: Sequence[str] = (), shape: Shape = SMALL, seed: int = 1
    ) -> None:
        super().__init__(seed, shape)
        self.lines: list[tuple[str, str]] = []  # which node has said which event
        self.told: list[str] = []  # by the lab, of a run
        self._only = only
        self._crew.settings = settings
        self._from_outside = SimulatedNetwork(self._lab, self._lab_wires.get)
        self._log_book.listen(lambda event: self.lines.append((event.node, event.event)))

    async def __aenter__(self) -> "World":
        if not self._only:
            await self.configure(self._crew.settings)
        for node in self._only:
            await self.boot(node)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
        mishaps = [event for event in self.events() if event.event in MISHAPS]
        assert not mishaps, mishaps

    def tell(self, text: str) -> None:
        """See `Cluster`."""
        self.told.append(text)

    async def boot(self, node: str, settings: AnySettings | None = None) -> None:
        """Start a process on the node's disk, with the cluster's settings or others."""
        machine = self._machines[node]
        machine.start(settings or self._crew.settings)
        await until(lambda: machine.alive)

    @property
    def leader(self) -> str | None:
        """Who leads in the eyes of the controller."""
        return lead(self.account(CONTROLLER)).leader

    async def led(self, besides: str | None = None) -> str:
        """The leader, as soon as there is one other than `besides`."""
        await until(lambda: self.leader not in (None, besides))
        return self.leader or ""

    async def settled(self) -> None:
        """Wait until every living replica has the leader's whole log."""
        await self.led()
        alive = [node for node in self.replicas if self._machines[node].state != "dead"]
        await until(lambda: len({lead(self.account(node)).position for node in alive}) == 1)

    def account(self, node: str) -> Status:
        """What a node says of itself. Raises `ClusterError` while it starts."""
        return self._who_is(node, "running").account()

    async def call(self, node: str, message: Message) -> Message:
        """The reply of a node. Raises `LabError`."""
        return await self._from_outside.call(node, message, PATIENCE_S)

    async def put(self, node: str, key: str, value: Any) -> Message:
        return await self.call(node, Write(operation=Operation("put", key, value)))

    async def registers(self, node: str) -> dict[str, Any]:
        reply = await self.call(node, ReadContents())
        assert isinstance(reply, Contents)
        return dict(reply.registers)

    def say_nothing(self, source: str, *targets: str) -> None:
        """From now on nothing gets from `source` to these: neither what it asks nor what it answers."""
        for link, wire in self._wires.items():
            if link.out_of_band:
                continue
            if link.source == source and link.target in targets:
                wire.set(replace(wire.state, cut_requests=True))
            if link.target == source and link.source in targets:
                wire.set(replace(wire.state, cut_replies=True))

    def cut(self, one: str, *others: str) -> None:
        """Nothing passes between them, in either direction."""
        self.say_nothing(one, *others)
        for other in others:
            self.say_nothing(other, one)

    def isolate(self, *side: str) -> None:
        """Nothing passes between these and the rest."""
        rest = [node for node in self._machines if node not in side]
        for node in side:
            self.cut(node, *rest)

    def heal(self) -> None:
        """Everything passes again."""
        for wire in self._wires.values():
            wire.set(HEALTHY)

    @property
    def all_passes(self) -> bool:
        """No link is cut, slow or closed."""
        return all(wire.state == HEALTHY for wire in self._wires.values())

    def node(self, name: str) -> Shell:
        """The node itself, to look inside. To work on it, use `begin`."""
        node = self._machines[name].node
        assert isinstance(node, Shell)
        return node

    def standing(self, node: str) -> Standing:
        """What a replica of a single-leader group knows of itself."""
        replica = self.node(node)
        assert isinstance(replica, Replica) and isinstance(replica.part, Member)
        return replica.part.standing

    def files(self, node: str) -> Files:
        """What is on a node's disk at the moment."""
        return self._machines[node].disk.files

    def holds(self, node: str, key: str, value: Any) -> bool:
        """Whether a replica has it already, acknowledged or not."""
        registers, *_ = self.standing(node).storage.contents()
        return bool(registers.get(key) == value)

    def begin(self, node: str, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Work as the node's own code does, on its loop; only `done` can wait for it."""
        return self._machines[node].loop.create_task(work)

    async def done(self, task: "asyncio.Task[T]") -> T:
        """What comes of it."""
        await until(task.done)
        return task.result()
