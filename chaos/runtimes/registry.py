"""The runtimes by the names that people type, what each can do, and how each comes to a cluster.

Nothing is imported before it is asked for: a list of scenarios must not cost a container engine's library.
"""

import importlib
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass

from chaos.cluster import Ability, Cluster
from chaos.workloads.client import Client

CLIENT_TIMEOUT_S = 3.0  # longer than a gateway takes to say that it does not know


@dataclass(frozen=True)
class Runtime:
    """`home` is the `module:class` whose `start(seed=…)` returns a cluster that takes writes."""

    name: str
    home: str
    abilities: frozenset[Ability]

    @asynccontextmanager
    async def cluster(self, seed: int) -> AsyncIterator[Cluster]:
        """A cluster that takes writes, while the block lasts. Raises `ClusterError`."""
        module, _, kind = self.home.partition(":")
        cluster: Cluster = await getattr(importlib.import_module(module), kind).start(seed=seed)
        try:
            yield cluster
        finally:
            await cluster.close()

    @asynccontextmanager
    async def client(self, cluster: Cluster) -> AsyncIterator[Client]:
        """The workload's client of `cluster`, while the block lasts."""
        from chaos.runtimes.http_client import HttpClient

        client = HttpClient(cluster.gateways, CLIENT_TIMEOUT_S)
        try:
            yield client
        finally:
            await client.close()


REAL: frozenset[Ability] = frozenset({"links", "kill", "pause", "restart"})

RUNTIMES = {
    runtime.name: runtime
    for runtime in (
        Runtime("local", "chaos.runtimes.local:LocalCluster", REAL),
        Runtime("compose", "chaos.runtimes.compose:ComposeCluster", REAL),
    )
}


def able(needs: Collection[Ability]) -> tuple[str, ...]:
    """The names of the runtimes that can do everything in `needs`."""
    return tuple(name for name, runtime in RUNTIMES.items() if runtime.abilities.issuperset(needs))
