"""A new follower by hand: a replica in reserve takes a copy of the leader's data, and follows its log."""

from chaos.by_hand.striking import noted
from chaos.cluster import Cluster, ClusterError, eventually
from chaos.faults.fault import Mark
from services.families import DEFAULT

FOLLOWS_S = 30.0  # a copy of data typed by hand is small


async def join(cluster: Cluster, node: str | None) -> str:
    """Let `node` join, or the first in reserve; returns what was done once it counts.

    Raises `ClusterError`.
    """
    if not cluster.spares:
        raise ClusterError("no replica is in reserve; `./lab up --spares 1` keeps a machine ready for one")
    newcomer = node or cluster.spares[0]
    if newcomer not in cluster.spares:
        raise ClusterError(f"{newcomer} is not in reserve; there is {', '.join(cluster.spares)}")
    leader = await cluster.status(await _leader(cluster))
    await cluster.enlist(newcomer)

    async def counts() -> None:
        if newcomer not in (await cluster.status(leader["node"]))["caught_up"]:
            raise ClusterError(f"{newcomer} has not caught up with {leader['node']}; see `./lab status`")

    await eventually(counts, FOLLOWS_S)
    text = f"joined: {newcomer} has a copy of what {leader['node']} has, and follows it"
    return noted(cluster, Mark("join", {"nodes": [newcomer]}, text))


async def _leader(cluster: Cluster) -> str:
    """Who leads. Raises `ClusterError` if no replica can join: no single leader, or members elect it."""
    settings = (await cluster.status(cluster.replicas[0]))["settings"]
    family = settings.get("family", DEFAULT)
    if family != DEFAULT:
        raise ClusterError(f"a {family} cluster takes no new replica while it runs")
    if settings["coordination"] == "election":
        raise ClusterError("replicas that elect their leader count a majority of those from the start")
    return await cluster.resolve("leader")
