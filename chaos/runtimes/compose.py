"""The runtime `compose`: nodes are containers, links are proxies of the real Toxiproxy.

It takes the cluster that `docker compose up` started, so that people who watch its logs see the story, or
starts its own and removes it. The engine strikes processes, and their state is read back from it; Toxiproxy
strikes links.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from tempfile import gettempdir

from docker import DockerClient
from docker.errors import APIError
from docker.models.containers import Container

from chaos.cluster import Ability, ClusterError, Event, ProcessState, eventually
from chaos.cluster.crew import Crew
from chaos.cluster.links import CONTROLLER, LAB
from chaos.cluster.shape import DEFAULT, Shape
from chaos.runtimes import compose_project, container_node
from chaos.runtimes.begin_again import SERVING_S, begin_again, revive
from chaos.runtimes.cluster_lock import held
from chaos.runtimes.compose_layout import NODE_PORT, TOXIPROXY, TOXIPROXY_PORT, numbered, switch_of
from chaos.runtimes.compose_project import ComposeProject, TakenError
from chaos.runtimes.container_logs import ContainerLogs
from chaos.runtimes.container_node import container_state, node_state
from chaos.runtimes.container_story import ContainerStory
from chaos.runtimes.docker_engine import connect
from chaos.runtimes.linked import LinkedCluster
from chaos.runtimes.open_files import must_be_enough
from chaos.runtimes.orders import Orders
from chaos.runtimes.playground import wanted
from chaos.runtimes.progress import step
from chaos.runtimes.reaper import Reaper
from chaos.runtimes.toxiproxy import ToxiproxyLinks
from services.adapters.network import FrameNetwork
from services.messages.single_leader import lead
from services.settings import USUAL, AnySettings

ENGINE_S = 10.0
FIRST_EPOCH = 1
BEGINNINGS = 3  # of a run, before it has to do with what is left of the one before


class ComposeCluster(LinkedCluster):
    """See `chaos.cluster.Cluster`."""

    runtime = "compose"
    abilities: frozenset[Ability] = frozenset({"links", "kill", "pause", "restart"})

    def __init__(self, project: ComposeProject, shape: Shape = DEFAULT, since_s: float = 0.0) -> None:
        """Take a running `project` of `shape` as it is; its log lines count from `since_s` on."""
        self.name = project.name
        self.links = shape.links
        self._crew = Crew(shape)
        self.doors = _doors(project, shape)
        self._project = project
        self._since_s = since_s
        self._logs: ContainerLogs | None = None
        self._proxies = ToxiproxyLinks(_without_scheme(project.url(TOXIPROXY, TOXIPROXY_PORT)))
        looking = {link: port for link, port in numbered(shape).items() if link.source == LAB}
        self._addresses = {link.address_key: project.url(TOXIPROXY, port) for link, port in looking.items()}
        network = FrameNetwork(self._addresses, project.token())
        self._orders = Orders(network, self._crew)
        self._story = ContainerStory(project)
        self._ends = AsyncExitStack()  # what is to be undone, last thing first
        self._ends.push_async_callback(network.close)
        self._ends.push_async_callback(asyncio.to_thread, self._story.close)

    @property
    def addresses(self) -> Mapping[str, str]:
        """See `Cluster`: published ports of Toxiproxy."""
        return self._addresses

    @classmethod
    async def start(cls, *, seed: int = 0, shape: Shape = DEFAULT) -> "ComposeCluster":
        """The cluster that is up, to be given back with the default settings, or one of its own.

        The one that is up has to be of this shape. Toxiproxy takes no `seed`. Raises `ClusterError`, leaving
        nothing behind; also when another run has the cluster that is up.
        """
        must_be_enough()
        engine = await asyncio.to_thread(connect)
        project = await asyncio.to_thread(compose_project.find_running, engine, wanted())
        if project and shape == project.shape():
            return await cls._take(engine, project, shape)
        with suppress(TakenError):
            return await cls._start_own(engine, shape)
        return await cls._start_own(engine, shape)

    @classmethod
    async def _take(cls, engine: DockerClient, project: ComposeProject, shape: Shape) -> "ComposeCluster":
        """The cluster that is up, for this run alone: two would judge each other's faults."""
        step(f"taking the cluster {project.name}, which is up")
        async with AsyncExitStack() as ends:
            lock = held(engine, project.name, project.container(CONTROLLER).attrs["Image"])
            await asyncio.to_thread(ends.enter_context, lock)
            cluster = cls(project, shape, since_s=time.time())
            ends.push_async_callback(cluster._ends.aclose)
            ends.push_async_callback(cluster._give_back)
            await revive(cluster, cluster._crew.gateways)  # their clients begin before the first run does
            cluster._ends = ends.pop_all()
        return cluster

    @classmethod
    async def _start_own(cls, engine: DockerClient, shape: Shape) -> "ComposeCluster":
        async with AsyncExitStack() as ends:
            reaper, name = Reaper(), compose_project.new_name()
            ends.push_async_callback(asyncio.to_thread, reaper.close)
            directory = Path(gettempdir()) / f"replication-{name}"
            reaper.make(directory, 0o755)
            reaper.compose(name)
            step(f"starting the containers of {', '.join(Crew(shape).at_work)}, each in a network of its own")
            started = asyncio.to_thread(compose_project.start, engine, name, reaper.group, shape, directory)
            cluster = cls(await started, shape)
            reaper.started(name)
            ends.push_async_callback(cluster._ends.aclose)
            step("waiting until the cluster takes writes")
            await eventually(cluster._orders.must_serve, SERVING_S)
            cluster._ends = ends.pop_all()
        return cluster

    async def configure(self, settings: AnySettings) -> None:
        """See `Cluster`."""
        for _ in range(BEGINNINGS):
            await begin_again(self, self._crew, self._orders, settings)
            if not await self._is_haunted():
                return

    async def _is_haunted(self) -> bool:
        """Is this not the first epoch, though the data is empty?

        Toxiproxy dials a dead container until it is back, and only then delivers what it took meanwhile, by
        the link's state at that moment. Nodes refuse by incarnation what nodes said in an earlier run. But
        the lab has no incarnation: its order to a dead node to lead may arrive in the new run, and a replica
        then promises an epoch that this controller has never used. With elections, where such an order only
        begins another election, epochs may be higher from the start.
        """
        if not self._crew.settings.watched:
            return False
        return lead(await self._orders.status(CONTROLLER)).epoch > FIRST_EPOCH

    async def _give_back(self) -> None:
        self.tell("the runs are over; the cluster begins anew, empty and with its usual settings")
        await self.configure(USUAL)

    def tell(self, text: str) -> None:
        """See `Cluster`."""
        self._story.tell(text)

    async def kill(self, node: str) -> None:
        """See `Cluster`."""
        await self._change(node, container_node.kill, ("running", "paused"), "dead")

    async def pause(self, node: str) -> None:
        """See `Cluster`; the engine freezes the container, which its processes cannot tell from SIGSTOP."""
        await self._change(node, Container.pause, ("running",), "paused")

    async def resume(self, node: str) -> None:
        """See `Cluster`. Who was shot while frozen dies as it thaws, and the engine learns that later."""
        await self._change(node, Container.unpause, ("paused",), "running", "dead")
        await self._answers(node)

    async def restart(self, node: str) -> None:
        """See `Cluster`."""
        if node in self._crew.shape.machines:
            await asyncio.to_thread(self._project.container(switch_of(node)).start)  # no news if it runs
        await self._change(node, container_node.start, ("dead",), "running")
        self.doors |= await asyncio.to_thread(_doors, self._project, self._crew.shape)
        await self._answers_or_was_shot(node)

    async def process_state(self, node: str) -> ProcessState:
        """See `Cluster`."""
        return await asyncio.to_thread(self._state, node)

    async def revive_proxy(self) -> ProcessState:
        """See `Cluster`. One that starts again has the links of its configuration: all of them healthy."""
        container = await asyncio.to_thread(self._project.container, TOXIPROXY)
        if (state := container_state(container)) != "running":
            change = Container.unpause if state == "paused" else Container.start
            await asyncio.to_thread(change, container)
            await eventually(self._proxies.version, ENGINE_S)
        return state

    def events(self) -> Sequence[Event]:
        """See `Cluster`; the first call reads what there is, later ones have it at hand."""
        if self._logs is None:
            shape = self._crew.shape
            services = (*shape.nodes, *map(switch_of, shape.machines))
            containers = {service: self._project.container(service) for service in services}
            self._logs = ContainerLogs(containers, self._since_s)
            self._ends.callback(self._logs.close)
        return self._logs.events()

    async def close(self) -> None:
        """See `Cluster`. May be called again."""
        await self._ends.aclose()

    async def _change(
        self,
        node: str,
        change: Callable[[Container], None],
        before: tuple[ProcessState, ...],
        *wanted: ProcessState,
    ) -> None:
        """Let the engine do it, and wait until it is so."""
        state = await self.process_state(node)
        if state not in before:
            raise ClusterError(f"{node} is {state}; only what is {' or '.join(before)} becomes {wanted[0]}")
        try:
            await asyncio.to_thread(change, self._container(node))
        except APIError as error:
            raise ClusterError(f"{node}, which is {state}: {error.explanation}") from error

        async def check() -> None:
            if (state := await self.process_state(node)) not in wanted:
                raise ClusterError(f"{node} should be {wanted[0]}, but the engine says {state}")

        await eventually(check, ENGINE_S)

    def _state(self, node: str) -> ProcessState:
        return node_state(self._container(node))

    def _container(self, node: str) -> Container:
        self._crew.must_exist(node)
        return self._project.container(node)


def _doors(project: ComposeProject, shape: Shape) -> dict[str, str]:
    """The gateways and devices that run, and where; one that starts again may get another port."""
    running = [node for node in shape.door_names if node_state(project.container(node)) != "dead"]
    return {node: project.url(node, NODE_PORT) for node in running}


def _without_scheme(url: str) -> str:
    return url.removeprefix("http://")
