"""Empty data and new settings on a running cluster, without a trace of what was before.

The trap: while one replica is emptied, an old leader that still has its data would hand it over again,
and a controller that still acts on what it knew would appoint somebody, or shoot who has just been started
again. So first nobody hears anybody, not even the power switches; whoever is dead starts again; then each
node begins anew in silence (the controller last), and then the silence ends. What nodes of before have said
may still be on its way after that; it is known by its incarnation, and refused.
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
    """What was on its way as the silence began may have been done after the emptying: to promise, to lead."""
    account = await eventually(lambda: orders.status(node), SERVING_S)
    if orders.target.has_begun(account):
        await orders.configure(node, settings)


async def revive(cluster: Cluster, nodes: tuple[str, ...]) -> None:
    """Paused processes go on, dead ones start again, whoever carries the links as well."""
    await cluster.revive_proxy()
    for node in nodes:
        async for _ in reviving.revive(cluster, node):
            pass
