"""What can be done to simulated machines only: their clocks and their disks; and everything else."""

from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from chaos.by_hand.striking import noted
from chaos.cluster import ClockState, Cluster, DiskState, Machines
from chaos.faults.fault import Mark
from chaos.page import orders
from chaos.page.orders import Order

AHEAD_S = 60.0


async def _set_clock(cluster: Machines, node: str) -> str:
    await cluster.set_clock(node, ClockState(offset_s=AHEAD_S))
    text = f"the clock of {node} is {AHEAD_S:g} s ahead"
    return noted(cluster, Mark("bump-clock", {"nodes": [node], "offset_s": AHEAD_S}, text))


async def _right_clock(cluster: Machines, node: str) -> str:
    await cluster.set_clock(node, ClockState())
    return noted(cluster, Mark("reset-clock", {"nodes": [node]}, f"the clock of {node} is right"))


async def _fill_disk(cluster: Machines, node: str) -> str:
    await cluster.set_disk(node, DiskState(full=True))
    return noted(cluster, Mark("fill-disk", {"nodes": [node]}, f"the disk of {node} is full"))


async def _free_disk(cluster: Machines, node: str) -> str:
    await cluster.set_disk(node, DiskState())
    return noted(cluster, Mark("free-disk", {"nodes": [node]}, f"the disk of {node} has room again"))


async def _empty_disk(cluster: Machines, node: str) -> str:
    node = await cluster.resolve(node)
    if await cluster.process_state(node) != "dead":
        await cluster.kill(node)
    text = f"{node} lost its disk, and starts on an empty one"
    noted(cluster, Mark("start-on-empty-disk", {"nodes": [node]}, text))
    await cluster.restart(node, "empty")
    return text


OF_MACHINES: Mapping[str, Callable[[Machines, str], Awaitable[str]]] = {
    "clock-ahead": _set_clock,
    "clock-right": _right_clock,
    "disk-full": _fill_disk,
    "disk-free": _free_disk,
    "disk-empty": _empty_disk,
}


async def perform(cluster: Cluster, order: Order) -> str:
    """Do it; returns what was done. Raises `ClusterError`."""
    if order.what in OF_MACHINES:
        return await OF_MACHINES[order.what](cast(Machines, cluster), order.node)
    return await orders.perform(cluster, order)


def must_be_known(order: Order) -> None:
    """Raises `LabError` bad-request for an order that nobody can carry out."""
    if order.what not in OF_MACHINES:
        orders.must_be_known(order)
