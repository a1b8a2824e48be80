"""The runtimes by the names that people type, what each can do, and how each gets a cluster.

Nothing is imported before it is needed: listing scenarios must not load a container engine's library.
"""

import importlib
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from chaos.cluster import Ability, Cluster
from chaos.cluster.shape import Shape
from chaos.cluster.undisturbed import undisturbed
from chaos.recording.stalls import Stall, not_watching
from chaos.runtimes import ending
from chaos.workloads.client import Client
from services.adapters.clock import SystemClock
from services.ports import Clock

T = TypeVar("T")

CLIENT_TIMEOUT_S = 3.0  # longer than a gateway takes to say that it does not know


@dataclass(frozen=True)
class Runtime:
    """`home` is the `module:class` whose `start(seed=…, shape=…)` returns a cluster.

    Where runs are `repeatable`, each begins in a world of its own, which its seed alone decides.
    """

    name: str
    home: str
    abilities: frozenset[Ability]
    repeatable: ClassVar[bool] = False

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """The result of `main`, run where clusters of this kind live."""
        return ending.run(main)

    def clock(self) -> Clock:
        """The lab's own clock there."""
        return SystemClock()

    def watched(self, elapsed_ns: Callable[[], int]) -> AbstractContextManager[Sequence[Stall]]:
        """Watch for stalls of this machine; see `chaos.recording.stalls.Watch`."""
        from chaos.runtimes.heartbeat import watching

        return watching(elapsed_ns)

    @asynccontextmanager
    async def cluster(self, shape: Shape, seed: int) -> AsyncIterator[Cluster]:
        """A cluster, while the block lasts; configure it before use. Raises `ClusterError`."""
        module, _, kind = self.home.partition(":")
        cluster: Cluster = await getattr(importlib.import_module(module), kind).start(seed=seed, shape=shape)
        try:
            yield cluster
        finally:
            with undisturbed():
                await cluster.close()

    @asynccontextmanager
    async def client(self, cluster: Cluster) -> AsyncIterator[Client]:
        """The workload's client of `cluster`, while the block lasts."""
        from chaos.runtimes.http_client import HttpClient

        client = HttpClient(cluster.doors, CLIENT_TIMEOUT_S)
        try:
            yield client
        finally:
            await client.close()


class Simulation(Runtime):
    """Clusters in virtual time."""

    repeatable = True

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """See `Runtime`. Raises `SimulationError` when `main` cannot come to an end."""
        from chaos.runtimes.simulated import virtual

        return virtual.run(main)

    def clock(self) -> Clock:
        """See `Runtime`; it is virtual too."""
        from chaos.runtimes.simulated import virtual

        return virtual.lab_loop().clock

    def watched(self, elapsed_ns: Callable[[], int]) -> AbstractContextManager[Sequence[Stall]]:
        """See `Runtime`; no stall reaches virtual time."""
        return not_watching(elapsed_ns)

    @asynccontextmanager
    async def client(self, cluster: Cluster) -> AsyncIterator[Client]:
        """See `Runtime`."""
        from chaos.runtimes.simulation import SimulatedCluster

        assert isinstance(cluster, SimulatedCluster)
        yield cluster.client(CLIENT_TIMEOUT_S)


REAL: frozenset[Ability] = frozenset({"links", "kill", "pause", "restart"})
ALL: frozenset[Ability] = REAL | {"clocks", "disks"}

RUNTIMES = {
    runtime.name: runtime
    for runtime in (
        Runtime("local", "chaos.runtimes.local:LocalCluster", REAL),
        Runtime("compose", "chaos.runtimes.compose:ComposeCluster", REAL),
        Simulation("sim", "chaos.runtimes.simulation:SimulatedCluster", ALL),
    )
}
