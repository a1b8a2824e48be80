"""The ports of a node that is alone on the lab's own simulated machine.

It runs on the loop of the test, so a test may call it directly; the test is all of its surroundings.
"""

from pathlib import Path
from random import Random

from chaos.runtimes.simulated import virtual
from chaos.runtimes.simulated.disk import MachineDisk, SimulatedDisk
from services.adapters.tasks import OrderedTasks
from services.ports import Env, Network
from services.settings import USUAL, CommonSettings, NodeSettings
from tests.world.virtually import clock, note_mishap
from tests.world.world import REPLICAS


class Lines(list[str]):
    """A log: the events that a node has said."""

    def event(self, event: str, **fields: object) -> None:
        self.append(event)


def new_disk(name: str = "disk") -> SimulatedDisk:
    """An empty one."""
    lab = virtual.lab_loop()
    return SimulatedDisk(MachineDisk(Random(name), lab.clock.wall), lab, name)


def ports(node: str, network: Network, lines: Lines | None = None) -> Env:
    """What a node has of the world. What crashes in it fails the test."""
    tasks = OrderedTasks(note_mishap)
    return Env(node, clock(), network, new_disk(node), Random(1), tasks, Lines() if lines is None else lines)


def settings_for(node: str, role: str, cluster: CommonSettings = USUAL) -> NodeSettings:
    """Those of a node beside three replicas."""
    return NodeSettings(
        node=node,
        role=role,
        replicas=REPLICAS,
        gateways=(node,) if role == "gateway" else (),
        links={},
        data_dir=Path(node),
        token="t",
        cluster=cluster,
    )
