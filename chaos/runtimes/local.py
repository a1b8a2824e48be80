"""The runtime `local`: every node is a process on this machine, every link a proxy of one embedded Toxiproxy.

No port is chosen before it is used, so any number of labs run side by side. The proxies listen on free ports
and at first lead nowhere; each node takes any free port and says which; then the proxies that lead to it are
told. A restarted node has a new port, and nobody notices.
"""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir

import msgspec

from chaos.cluster import Ability, ClusterError, Event, ProcessState, all_of, eventually
from chaos.cluster.crew import Crew
from chaos.cluster.links import LAB, Link
from chaos.cluster.shape import DEFAULT, Shape
from chaos.runtimes.begin_again import SERVING_S, begin_again
from chaos.runtimes.child import Child
from chaos.runtimes.linked import LinkedCluster
from chaos.runtimes.log_book import LogBook
from chaos.runtimes.open_files import must_be_enough
from chaos.runtimes.orders import Orders
from chaos.runtimes.progress import step
from chaos.runtimes.reaper import Reaper
from chaos.runtimes.switchboard import Switchboard
from chaos.runtimes.toxiproxy import ToxiproxyLinks
from services.adapters.network import FrameNetwork
from services.settings import USUAL, AnySettings

NOWHERE = "127.0.0.1:1"  # nobody listens on it
PROXY = "toxiproxy"


class LocalCluster(LinkedCluster):
    """See `chaos.cluster.Cluster`; `log_book` tells listeners what the nodes say as they say it."""

    runtime = "local"
    abilities: frozenset[Ability] = frozenset({"links", "kill", "pause", "restart"})

    def __init__(self, shape: Shape, settings: AnySettings) -> None:
        self.name = f"local-{token_hex(4)}"
        self.doors = dict.fromkeys(shape.door_names, "")
        self.links = shape.links
        self.log_book = LogBook()
        self._crew = Crew(shape)
        self._crew.settings = settings
        self._token = token_hex(16)
        self.directory = Path(gettempdir()) / f"replication-lab-{self.name}"
        self._children: dict[str, Child] = {}
        self._reaper = Reaper()
        self._ends = AsyncExitStack()  # what is to be undone, last thing first
        self._ends.callback(self._reaper.close)
        self._proxies: ToxiproxyLinks
        self._orders: Orders
        self._addresses: Mapping[str, str] = {}
        self._listening: Mapping[str, str]

    @classmethod
    async def start(
        cls,
        settings: AnySettings | None = None,
        *,
        shape: Shape = DEFAULT,
        seed: int = 0,
        first_gateway_port: int = 0,
    ) -> "LocalCluster":
        """Start everything; returns when the cluster takes writes.

        `seed` is that of the link proxy's random draws. Raises `ClusterError`, leaving nothing behind.
        """
        must_be_enough()
        cluster = cls(shape, settings or USUAL)
        try:
            await cluster._start(seed, first_gateway_port)
        except BaseException:
            await cluster.close()
            raise
        return cluster

    @property
    def addresses(self) -> Mapping[str, str]:
        """See `Cluster`. Links keep their ports, whatever becomes of the processes behind them."""
        return self._addresses

    async def configure(self, settings: AnySettings) -> None:
        """See `Cluster`."""
        await begin_again(self, self._crew, self._orders, settings)

    async def kill(self, node: str) -> None:
        """See `Cluster`."""
        if self._state(node) == "dead":
            raise ClusterError(f"{node} is dead already; `restart` starts it again")
        await self._child(node).kill()

    async def pause(self, node: str) -> None:
        """See `Cluster`."""
        await self._child(node).pause()

    async def resume(self, node: str) -> None:
        """See `Cluster`."""
        await self._child(node).resume()

    async def restart(self, node: str) -> None:
        """See `Cluster`."""
        if (state := self._state(node)) != "dead":
            raise ClusterError(f"{node} is {state}; kill it before it can start again")
        await self._start_node(node)
        await self._answers_or_was_shot(node)

    async def process_state(self, node: str) -> ProcessState:
        """See `Cluster`."""
        return self._state(node)

    async def revive_proxy(self) -> ProcessState:
        """See `Cluster`. With a dead one all links are gone for good."""
        proxy = self._children[PROXY]
        if (state := proxy.state()) == "paused":
            await proxy.resume()
        elif state == "dead":
            raise ClusterError("the process that carries the links has ended; `./lab down`, then `./lab up`")
        return state

    def events(self) -> Sequence[Event]:
        """See `Cluster`."""
        return self.log_book.events()

    def door(self, node: str) -> tuple[str, str]:
        """The node's own address (host:port), past every link, and the run's token; for benchmarks."""
        return self._child(node).address, self._token

    async def close(self) -> None:
        """Stop everything and remove every file. May be called again."""
        await self._ends.aclose()

    async def _start(self, seed: int, first_gateway_port: int) -> None:
        self._reaper.make(self.directory, 0o700)
        self._ends.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self._ends.push_async_callback(self._kill_all)
        step(f"starting the proxy that carries {len(self.links)} links")
        proxy = ["chaos.proxy", "--port", "0", "--seed", str(seed), "--lease-stdin"]
        address = (await self._run(PROXY, proxy, {})).address
        self._proxies = ToxiproxyLinks(address)
        self._listening = await self._proxies.create({link.name: NOWHERE for link in self.links})
        await self._install_switches()
        self._addresses = {link.address_key: self._url(link) for link in self.links if link.source == LAB}
        network = FrameNetwork(self._addresses, self._token)
        self._ends.push_async_callback(network.close)
        self._orders = Orders(network, self._crew)
        ports = dict.fromkeys(self._crew.gateways[:1], first_gateway_port)
        step(f"starting {len(self._crew.at_work)} processes ({', '.join(self._crew.at_work)})")
        await all_of(self._start_node(node, ports.get(node, 0)) for node in self._crew.at_work)
        step("waiting until the cluster takes writes")
        await eventually(self._orders.must_serve, SERVING_S)

    async def _install_switches(self) -> None:
        switchboard = Switchboard(self._children.get, self.log_book, self._token)
        self._ends.callback(switchboard.close)
        for link in self.links:
            if link.out_of_band:
                await self._proxies.set_upstream(link.name, await switchboard.add(link.target))

    async def _kill_all(self) -> None:
        await all_of(child.kill() for child in self._children.values())

    async def _start_node(self, node: str, port: int = 0) -> None:
        """Start the process and lead every link to it."""
        role = self._crew.shape.role(node)
        child = await self._run(node, ["services", role], self._environment(node, port))
        if node in self.doors:
            self.doors[node] = f"http://{child.address}"
        inbound = [link for link in self.links if link.target == node and not link.out_of_band]
        await all_of(self._proxies.set_upstream(link.name, child.address) for link in inbound)

    async def _run(self, name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Child:
        child = await Child.start(
            name,
            arguments,
            os.environ | environment,
            self._reaper.group,
            lambda line: self.log_book.add(name, line),
        )
        self._children[name] = child
        return child

    def _environment(self, node: str, port: int) -> dict[str, str]:
        links = {link.address_key: self._url(link) for link in self.links if link.source == node}
        return {
            "LAB_NODE": node,
            "LAB_REPLICAS": ",".join(self._crew.shape.replicas_known_to(node)),
            "LAB_GATEWAYS": ",".join(self._crew.gateways),
            "LAB_COMPANIONS": json.dumps(self._crew.shape.companion_roles),
            "LAB_LINKS": json.dumps(links),
            "LAB_DATA_DIR": str(self.directory / node),
            "LAB_TOKEN": self._token,
            "LAB_SETTINGS": msgspec.json.encode(self._crew.settings).decode(),
            "LAB_HOST": "127.0.0.1",
            "LAB_PORT": str(port),
            "LAB_LEASE_STDIN": "1",
            "LAB_ALLOWED_HOSTS": "",
            "LOG_FORMAT": "json",
        }

    def _url(self, link: Link) -> str:
        return f"http://{self._listening[link.name]}"

    def _state(self, node: str) -> ProcessState:
        self._crew.must_exist(node)
        return self._children[node].state() if node in self._children else "dead"

    def _child(self, node: str) -> Child:
        self._crew.must_exist(node)
        if node not in self._children:
            raise ClusterError(f"{node} is in reserve, and no process of it was ever started")
        return self._children[node]
