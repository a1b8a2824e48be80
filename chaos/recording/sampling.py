"""Asks every replica and device now and again, over the lab's own links, for its role and log position.

From the answers the report draws roles over time and each follower's lag. The answers are never judged: a
verdict rests on what clients saw. Asking changes nothing: the nodes answer from what they know.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from chaos.cluster import Cluster, ClusterError
from chaos.recording.alongside import alongside
from chaos.recording.folder import SAMPLES, NoFolder, RunFolder
from chaos.recording.overhearing import Overhearing
from services.ports import Clock

PERIOD_S = 0.1
SHOWN = ("role", "epoch", "position", "lag_s")


class _Sampler:
    """A replica that does not answer is noted with its `error`, and asked again."""

    def __init__(self, cluster: Cluster, clock: Clock, elapsed_ns: Callable[[], int]) -> None:
        self.samples: list[dict[str, Any]] = []
        self._cluster, self._clock, self._elapsed_ns = cluster, clock, elapsed_ns

    async def follow(self, node: str) -> None:
        while True:
            self.samples.append(await self._ask(node))
            await self._clock.sleep(PERIOD_S)

    async def _ask(self, node: str) -> dict[str, Any]:
        asked = {"time": self._elapsed_ns(), "node": node}
        try:
            status = await self._status(node)
        except ClusterError as error:
            return {**asked, "error": str(error)}
        return {**asked, **{name: status.get(name) for name in SHOWN}}

    async def _status(self, node: str) -> Mapping[str, Any]:
        cluster = self._cluster
        return cluster.glance(node) if isinstance(cluster, Overhearing) else await cluster.status(node)


@asynccontextmanager
async def sampling(
    cluster: Cluster, clock: Clock, elapsed_ns: Callable[[], int], folder: RunFolder | NoFolder
) -> AsyncIterator[None]:
    """Ask while the block runs, and write `samples.jsonl`; `time` in it is when the replica was asked.

    If no folder is kept, no node is asked.
    """
    sampler = _Sampler(cluster, clock, elapsed_ns)
    nodes = (*cluster.replicas, *cluster.devices) if folder.is_kept else ()
    try:
        async with alongside(sampler.follow(node) for node in nodes):
            yield
    finally:
        folder.write_lines(SAMPLES, sampler.samples)
