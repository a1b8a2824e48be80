"""The runtime `sim`: the same nodes on simulated machines, links, disks and clocks, in virtual time.

A cluster of this kind lives inside a virtual event loop, so start it with `virtual.run`, not `asyncio.run`.
Its seed decides everything that happens to it.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Literal

from chaos.cluster import (
    HEALTHY,
    Ability,
    ClockState,
    ClusterError,
    DiskState,
    Event,
    LinkState,
    OtherDisk,
    ProcessState,
    eventually,
)
from chaos.cluster.crew import Crew
from chaos.cluster.links import LAB, Link
from chaos.cluster.seeds import child
from chaos.cluster.shape import DEFAULT, Shape
from chaos.recording.exchange import Exchange
from chaos.runtimes.begin_again import SERVING_S
from chaos.runtimes.crewed import CrewedCluster
from chaos.runtimes.log_book import LogBook
from chaos.runtimes.orders import Orders
from chaos.runtimes.simulated.client import SimulatedClient
from chaos.runtimes.simulated.eavesdropper import Eavesdropper
from chaos.runtimes.simulated.machine import Machine
from chaos.runtimes.simulated.network import SimulatedNetwork, Wire
from chaos.runtimes.simulated.process import NODES
from chaos.runtimes.simulated.switch import SimulatedSwitch
from chaos.runtimes.simulated.virtual import lab_loop
from services.roles import Maker
from services.settings import AnySettings, NodeSettings

CLIENT = "client"


class SimulatedCluster(CrewedCluster):
    """See `chaos.cluster.Cluster`. `nodes` are the classes to run, by role.

    With `overhear` every message is kept for the report; sweeps have no use for that.
    """

    runtime = "sim"
    abilities: frozenset[Ability] = frozenset({"links", "kill", "pause", "restart", "clocks", "disks"})

    def __init__(
        self,
        seed: int,
        shape: Shape = DEFAULT,
        nodes: Mapping[str, Maker] = NODES,
        overhear: bool = False,
    ) -> None:
        """A cluster that is switched off; `configure` switches it on."""
        self.name = f"sim-{seed}"
        self.doors = {name: f"sim://{name}" for name in shape.door_names}
        self.links = shape.links
        self._crew = Crew(shape)
        self._seed, self._nodes = seed, nodes
        self._lab = lab_loop()
        self._log_book = LogBook()
        self._eavesdropper = Eavesdropper() if overhear else None
        self._kept: dict[str, Mapping[str, bytes]] = {}
        self._machines = {name: self._machine(name) for name in shape.nodes}
        self._switches = {
            name: SimulatedSwitch(self._machines[name], self._lab, self._log_book) for name in shape.machines
        }
        self._lab_wires: dict[str, Wire] = {}
        self._wires = {link: self._connect(link) for link in self.links}
        network = SimulatedNetwork(self._lab, self._lab_wires.get)
        self._orders = Orders(network, self._crew)

    @classmethod
    async def start(cls, *, seed: int = 0, shape: Shape = DEFAULT) -> "SimulatedCluster":
        """A cluster that is switched off; `configure` switches it on. Its runs are saved."""
        return cls(seed, shape, overhear=True)

    def client(self, timeout_s: float) -> SimulatedClient:
        """A workload's client; it reaches gateways and devices directly, past all links."""
        wires = {
            name: self._wire(CLIENT, self._machines[name], CLIENT, has_proxy=False) for name in self.doors
        }
        return SimulatedClient(SimulatedNetwork(self._lab, wires.get), timeout_s)

    async def configure(self, settings: AnySettings) -> None:
        """See `Cluster`: everything is switched off and emptied, and switched on again."""
        self._crew.settings = settings
        for machine in self._machines.values():
            machine.renew()
        for wire in self._wires.values():
            wire.set(HEALTHY)
        self._crew.dismiss()
        for node in self._crew.at_work:
            self._machines[node].start(settings)
        await eventually(self._orders.must_serve, SERVING_S)

    async def enlist(self, node: str) -> None:
        """See `Cluster`."""
        self._crew.must_be_spare(node)
        await self.restart(node)
        await self._orders.target.join(node)
        self._crew.enlist(node)

    async def set_link(self, link: Link, state: LinkState) -> None:
        """See `Cluster`."""
        self._wires[link].set(state)

    async def link_state(self, link: Link) -> LinkState:
        """See `Cluster`."""
        return self._wires[link].state

    async def kill(self, node: str) -> None:
        """See `Cluster`; what was not synced may be lost, as when the power fails."""
        self._who_is(node, "running", "paused").kill()

    async def pause(self, node: str) -> None:
        """See `Cluster`."""
        self._who_is(node, "running").loop.pause()

    async def resume(self, node: str) -> None:
        """See `Cluster`."""
        self._who_is(node, "paused").go_on()

    async def restart(self, node: str, disk: Literal["same"] | OtherDisk = "same") -> None:
        """See `Machines`."""
        machine = self._who_is(node, "dead")
        if disk != "same":
            machine.disk.replace({} if disk == "empty" else self._kept[node])
        machine.start(self._crew.settings)
        await self._answers_or_was_shot(node)

    async def keep_disk(self, node: str) -> None:
        """See `Machines`."""
        self._kept[node] = self._find(node).disk.files.copy()

    async def set_clock(self, node: str, state: ClockState) -> None:
        """See `Machines`."""
        self._find(node).set_clock(state)

    async def set_disk(self, node: str, state: DiskState) -> None:
        """See `Machines`."""
        self._find(node).disk.set(state)

    async def process_state(self, node: str) -> ProcessState:
        """See `Cluster`."""
        return self._find(node).state

    def events(self) -> Sequence[Event]:
        """See `Cluster`; times are those of the simulation's own clock."""
        return self._log_book.events()

    def glance(self, node: str) -> Mapping[str, Any]:
        """See `Overhearing`; a message would draw on the chance of the lab's own links."""
        return self._who_is(node, "running").account().flat()

    def overheard(self) -> Sequence[Exchange]:
        """See `chaos.recording.overhearing.Overhearing`."""
        return self._eavesdropper.exchanges() if self._eavesdropper else ()

    async def close(self) -> None:
        """See `Cluster`. Waits for nothing, so it also works when time has stopped."""
        for machine in self._machines.values():
            machine.kill()
            machine.disk.close()

    def _chance(self, *path: object) -> Random:
        """The random generator of a purpose, for instance `("link", "n1-n2")`."""
        return child(self._seed, *path)

    def _machine(self, name: str) -> Machine:
        role = self._crew.shape.role(name)
        settings = NodeSettings(
            node=name,
            role=role,
            replicas=self._crew.shape.replicas_known_to(name),
            gateways=self._crew.gateways,
            companions=self._crew.shape.companion_roles,
            links={},
            data_dir=Path(name),
            token="",
        )
        return Machine(settings, self._lab, partial(self._chance, name), self._log_book, self._nodes[role])

    def _connect(self, link: Link) -> Wire:
        target = self._switches[link.target] if link.out_of_band else self._machines[link.target]
        wire = self._wire(link.name, target, link.source, has_proxy=True)
        outbound = self._lab_wires if link.source == LAB else self._machines[link.source].outbound
        outbound[link.address_key] = wire
        return wire

    def _wire(self, name: str, target: Machine | SimulatedSwitch, source: str, has_proxy: bool) -> Wire:
        wire = Wire(target.name, target, self._chance("link", name), has_proxy)
        if self._eavesdropper and source != LAB:
            wire.listener = self._eavesdropper.listener(source, target.name)
        target.inbound.append(wire)
        return wire

    def _find(self, node: str) -> Machine:
        self._crew.must_exist(node)
        return self._machines[node]

    def _who_is(self, node: str, *states: ProcessState) -> Machine:
        machine = self._find(node)
        if machine.state not in states:
            raise ClusterError(f"{node} is {machine.state}; this needs it to be {' or '.join(states)}")
        return machine
