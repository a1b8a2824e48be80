"""Which leader each device syncs with, and what that adds to the routes: pure functions on names.

A device is one more leader, attached to one other: it sends its own changes to its *home*, and the home sends
it everything. The other leaders get a device's changes along with its home's, whatever the topology.
"""

from collections.abc import Mapping, Sequence

from services.multi_leader.topologies import Routes, all_but
from services.settings import NodeSettings


def homes_of(node: NodeSettings) -> dict[str, str]:
    """The home of each device: the leader in its own datacenter, else the one of the same number."""
    replicas = node.replicas
    homes = {}
    for number, device in enumerate(node.devices):
        near = [replica for replica in replicas if replica in node.cluster.near(device)]
        homes[device] = near[0] if near else replicas[number % len(replicas)]
    return homes


def with_devices(routes: Routes, node: str, homes: Mapping[str, str], nodes: Sequence[str]) -> Routes:
    """What `node`, one of the leaders `nodes`, ships if devices have these `homes`.

    A leader that hands on another's changes hands on those of its devices, too, and each device is sent the
    changes of all others.
    """
    if not homes:
        return routes
    behind = {leader: [device for device in homes if homes[device] == leader] for leader in nodes}
    everybody = (*nodes, *homes)
    wider = {
        peer: tuple(name for origin in origins for name in (origin, *behind[origin]))
        for peer, origins in routes.items()
    }
    return {**wider, **{device: all_but(device, everybody) for device in behind[node]}}
