"""What a click asks for, and who does it: each order is a command of `./lab fault` under another name."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, TypeAlias

import msgspec

from chaos.by_hand import leading, striking
from chaos.by_hand.order import by_hand
from chaos.cluster import Cluster, links_between, links_touching
from chaos.faults.cut import Cut
from chaos.faults.fault import Fault
from chaos.faults.isolate import Isolate
from chaos.faults.kill import Kill
from chaos.faults.lose_reply import LoseReply
from chaos.faults.lose_request import LoseRequest
from chaos.faults.partition import Partition
from chaos.faults.pause import Pause
from chaos.faults.refuse import Refuse
from chaos.faults.slow import Slow
from chaos.page.wires import LATENCY_MS
from services.errors import LabError

Named: TypeAlias = Annotated[str, msgspec.Meta(max_length=80)]


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Do `what` to `node`, or to what is between it and the `other` one."""

    what: Named
    node: Named = ""
    other: Named = ""


FAULTS: Mapping[str, Callable[[str, str], Fault]] = {
    "cut": Cut,
    "cut-one-way": lambda node, other: Cut(node, other, one_way=True),
    "lose-reply": LoseReply,
    "lose-request": LoseRequest,
    "refuse": Refuse,
    "slow": lambda node, other: Slow(node, other, LATENCY_MS / 1000),
    "isolate": lambda node, _: Isolate(node),
    "partition": lambda node, other: Partition(((node, other), ("rest",))),
    "slow-all": lambda node, _: Slow(node, None, LATENCY_MS / 1000),
    "kill": lambda node, _: Kill(node),
    "pause": lambda node, _: Pause(node),
}


async def _heal_link(cluster: Cluster, order: Order) -> str:
    links = links_between(cluster.links, [order.node], [order.other])
    oob = links_between(cluster.links, [order.node, order.other], [f"{order.node}-oob", f"{order.other}-oob"])
    return await striking.mend(cluster, [*links, *oob])


async def _heal_links(cluster: Cluster, order: Order) -> str:
    return await striking.mend(cluster, links_touching(cluster.links, order.node))


OTHERS: Mapping[str, Callable[[Cluster, Order], Awaitable[str]]] = {
    "restart": lambda cluster, order: striking.restart(cluster, order.node),
    "resume": lambda cluster, order: striking.resume(cluster, order.node),
    "promote": lambda cluster, order: leading.promote(cluster, order.node),
    "hand-over": lambda cluster, order: leading.hand_over(cluster, order.node),
    "heal-link": _heal_link,
    "heal-links": _heal_links,
    "heal": lambda cluster, _: striking.heal(cluster),
}


async def obey(order: Order) -> str:
    """Do it to the running cluster; returns what was done. Raises `ClusterError`, `LabError`."""
    must_be_known(order)
    return await by_hand(perform, order)


async def perform(cluster: Cluster, order: Order) -> str:
    """Do it to `cluster`; returns what was done. Raises `ClusterError`."""
    if order.what in FAULTS:
        return await striking.strike(cluster, FAULTS[order.what](order.node, order.other))
    return await OTHERS[order.what](cluster, order)


def must_be_known(order: Order) -> None:
    """Raise `LabError` bad-request for an unknown order."""
    if order.what in FAULTS or order.what in OTHERS:
        return
    known = ", ".join((*FAULTS, *OTHERS))
    raise LabError("bad-request", f"there is no order {order.what!r}; there are {known}")
