"""Who leads and whom the leader waits for, by an operator's order; noted in the logs, like faults."""

from chaos.by_hand.striking import noted
from chaos.cluster import Cluster
from chaos.faults.fault import Mark


async def promote(cluster: Cluster, node: str) -> str:
    """Make `node` the leader; returns what was done. Raises `ClusterError` saying what would be right."""
    cluster.tell(f"by hand: {node} is to lead")
    leader = await cluster.order("promote", node)
    return noted(cluster, Mark("promote", {"nodes": [leader]}, f"promoted by hand: {leader} leads now"))


async def hand_over(cluster: Cluster, to: str | None) -> str:
    """Let the leader hand over; returns what was done. Raises `ClusterError` with what would be right."""
    cluster.tell(f"by hand: the leader is to hand over to {to or 'the newest follower'}")
    leader = await cluster.order("hand-over", to)
    return noted(cluster, Mark("hand-over", {"nodes": [leader]}, f"handed over: {leader} leads now"))


async def replicate(cluster: Cluster, rule: str) -> str:
    """Let the leader acknowledge by `rule`; returns what was done. Raises `ClusterError`."""
    cluster.tell(f"by hand: replication is to be {rule}")
    leader = await cluster.order("replicate", rule)
    text = f"by hand: {leader} acknowledges by {rule} from now on"
    return noted(cluster, Mark("replicate", {"nodes": leader.split(", ")}, text))
