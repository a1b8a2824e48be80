"""What `./lab promote` and `./lab handover` do; both stand among the log lines, like faults."""

from chaos.commands.striking import noted
from chaos.faults.fault import Mark
from chaos.runtimes import playground


async def promote(node: str) -> str:
    """Make `node` the leader; returns what was done. Raises `ClusterError` that says what would be right."""
    async with playground.cluster_that_is_up(alone=True) as cluster:
        cluster.tell(f"by hand: {node} is to lead")
        leader = await cluster.order("promote", node)
        return noted(cluster, Mark("promote", {"nodes": [leader]}, f"promoted by hand: {leader} leads now"))


async def hand_over(to: str | None) -> str:
    """Let the leader hand over; returns what was done. Raises `ClusterError` with what would be right."""
    async with playground.cluster_that_is_up(alone=True) as cluster:
        cluster.tell(f"by hand: the leader is to hand over to {to or 'the newest follower'}")
        leader = await cluster.order("hand-over", to)
        return noted(cluster, Mark("hand-over", {"nodes": [leader]}, f"handed over: {leader} leads now"))
