"""What a target means: names of nodes, present roles, and groups.

`leader`, `follower` and a node's own name mean one node. The groups are `followers`, `replicas`, `gateways`
and, in a partition, `rest`: all that are not named. If the keys are shared out over partitions, each with a
leader, these mean the first one, and `leader-2` and `followers-2` the second. With `-oob` after it a name
means the power switches of these nodes, which no other name includes.
"""

from collections.abc import Sequence

from chaos.cluster import Cluster, ClusterError, links_between, links_touching
from chaos.cluster.links import LAB, OUT_OF_BAND, Link

REST = "rest"
SWITCH = f"-{OUT_OF_BAND}"


def all_nodes(cluster: Cluster) -> tuple[str, ...]:
    """Every node that has links, in the order of the links."""
    return tuple(dict.fromkeys(link.source for link in cluster.links if link.source != LAB))


def everybody(cluster: Cluster) -> tuple[str, ...]:
    """Every node, even dead ones: the replicas, and all others that have links."""
    return tuple(dict.fromkeys((*cluster.replicas, *all_nodes(cluster))))


async def members(cluster: Cluster, name: str) -> tuple[str, ...]:
    """The nodes that `name` means: one for a node or a role, several for a group."""
    if name.endswith(SWITCH):
        return tuple(node + SWITCH for node in await members(cluster, name.removesuffix(SWITCH)))
    if name == "replicas":
        return cluster.replicas
    if name == "gateways":
        return tuple(cluster.gateways)
    role, _, partition = name.partition("-")
    if role == "followers":
        leader = await cluster.resolve(f"leader-{partition}" if partition else "leader")
        layout = cluster.partitions or (cluster.replicas,)
        return tuple(node for group in layout if leader in group for node in group if node != leader)
    return (await cluster.resolve(name),)


async def way(cluster: Cluster, source: str, target: str | None, one_way: bool) -> tuple[Link, ...]:
    """The touchable links between `source` and `target`; without a target, those of the node `source`.

    One way: only those on which `source` asks.
    """
    sources = await members(cluster, source)
    if target is None:
        links = tuple(dict.fromkeys(link for node in sources for link in links_touching(cluster.links, node)))
    else:
        links = links_between(cluster.links, sources, await members(cluster, target))
    return tuple(link for link in links if not one_way or link.source in sources)


async def sides(cluster: Cluster, groups: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """The groups with every name resolved. Raises `ClusterError` if they overlap or one is empty."""
    resolved = [[await members(cluster, name) for name in group if name != REST] for group in groups]
    named = [node for group in resolved for part in group for node in part]
    if len(set(named)) < len(named):
        raise ClusterError(f"a node is on two sides of the partition {groups}: {sorted(named)}")
    rest = tuple(node for node in all_nodes(cluster) if node not in named)
    result = tuple(
        tuple(node for part in parts for node in part) + (rest if REST in group else ())
        for group, parts in zip(groups, resolved, strict=True)
    )
    if not all(result):
        raise ClusterError(f"a side of the partition {groups} is empty: {result}")
    return result
