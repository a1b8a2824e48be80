"""Empty data and new settings on a running cluster, without a trace of what was before.

The trap: while one replica is being emptied, an old leader that still has its data would ship it again, and a
controller that still acts on old knowledge would appoint a leader, or shut down a node that has just been
started again. So first all links are silenced, even those to the power switches; dead nodes start again; then
each node begins anew in silence (the controller last), and then the silence ends. Messages from before may
still be under way after that; nodes recognize them by their incarnation and refuse them.
"""

from secrets import token_hex

from chaos.cluster import CUT, HEALTHY, Cluster, all_of, eventually, reviving
from chaos.cluster.crew import Crew
from chaos.cluster.links import CONTROLLER, LAB
from chaos.runtimes.orders import Orders
from services.settings import AnySettings

SERVING_S = 20.0


async def begin_again(cluster: Cluster, crew: Crew, orders: Orders, settings: AnySettings) -> None:
    """See `Cluster.configure`. Raises `ClusterError` when the cluster is not whole within a deadline."""
    await cluster.revive_proxy()
    crew.settings = settings
    nodes = [node for node in crew.at_work if node != CONTROLLER]
    orders.begin(token_hex(4))
    between = [link for link in cluster.links if link.source != LAB]
    try:
        await all_of(cluster.set_link(link, CUT) for link in between)
        await revive(cluster, crew.at_work)
        await all_of(orders.configure(node, settings) for node in nodes)
        await all_of(_empty_again(orders, node, settings) for node in (*crew.replicas, *crew.devices))
        await all_of(cluster.kill(node) for node in crew.joined)
        crew.dismiss()
        await orders.configure(CONTROLLER, settings)
    finally:
        await all_of(cluster.set_link(link, HEALTHY) for link in between)
    await eventually(orders.must_serve, SERVING_S)


async def _empty_again(orders: Orders, node: str, settings: AnySettings) -> None:
    """An order under way when the silence began may come after the emptying: to promise, or to lead."""
    account = await eventually(lambda: orders.status(node), SERVING_S)
    if orders.target.has_begun(account):
        await orders.configure(node, settings)


async def revive(cluster: Cluster, nodes: tuple[str, ...]) -> None:
    """Resume paused processes and start dead ones again, including the links' proxy."""
    await cluster.revive_proxy()
    for node in nodes:
        async for _ in reviving.revive(cluster, node):
            pass
