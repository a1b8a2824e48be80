"""An order to the running cluster: find it, hold it while the order runs, and release it."""

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

from chaos.cluster import Cluster
from chaos.runtimes import playground

P = ParamSpec("P")
T = TypeVar("T")


async def by_hand(
    order: Callable[Concatenate[Cluster, P], Awaitable[T]], *given: P.args, **named: P.kwargs
) -> T:
    """What `order` returns for the running cluster. Raises `ClusterError`, also if a run holds it."""
    async with playground.cluster_that_is_up(alone=True) as cluster:
        return await order(cluster, *given, **named)
