"""An order to the cluster that is up: it is found, nobody else has it meanwhile, and it is let go again."""

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, TypeVar

from chaos.cluster import Cluster
from chaos.runtimes import playground

P = ParamSpec("P")
T = TypeVar("T")


async def by_hand(
    order: Callable[Concatenate[Cluster, P], Awaitable[T]], *given: P.args, **named: P.kwargs
) -> T:
    """What `order` returns for the cluster that is up. Raises `ClusterError`, also where a run has it."""
    async with playground.cluster_that_is_up(alone=True) as cluster:
        return await order(cluster, *given, **named)
