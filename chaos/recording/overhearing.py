"""Who said what to whom: the messages of a run, for the diagrams in its report.

The simulation carries the messages itself, and overhears them all. On real machines the nodes themselves note
what they say and hear; see `noting`. Overheard messages are never judged: only what clients saw counts.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, runtime_checkable

from chaos.cluster import Cluster
from chaos.recording.alongside import alongside
from chaos.recording.exchange import Exchange, lines
from chaos.recording.folder import MESSAGES, NoFolder, RunFolder
from chaos.recording.noting import Collection, Noting, noting_nodes
from services.ports import Clock


@runtime_checkable
class Overhearing(Protocol):
    """An extra ability of a cluster that carries its messages itself: it sees without asking."""

    def glance(self, node: str) -> Mapping[str, Any]:
        """What a replica's `status` would say, without a message. Raises `ClusterError` if it is not up."""

    def overheard(self) -> Sequence[Exchange]:
        """Every exchange that was kept so far, in the order of sending."""


@asynccontextmanager
async def overhearing(
    cluster: Cluster, clock: Clock, began_s: float, folder: RunFolder | NoFolder
) -> AsyncIterator[None]:
    """Listen while the block runs, and write `messages.jsonl`.

    If no folder is kept, no node is asked.
    """
    if isinstance(cluster, Overhearing):
        try:
            yield
        finally:
            folder.write_lines(MESSAGES, lines(cluster.overheard(), began_s))
    elif isinstance(cluster, Noting) and folder.is_kept:
        collection = Collection(cluster, cluster.links, began_s)
        nodes = noting_nodes(cluster)
        try:
            async with alongside(collection.follow(node, clock) for node in nodes):
                yield
            await asyncio.gather(*map(collection.ask, nodes))
        finally:
            folder.write_lines(MESSAGES, lines(collection.exchanges(), began_s))
    else:
        yield
