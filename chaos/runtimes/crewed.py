"""What all runtimes have in common: a crew, and nodes that are asked over the lab's own links."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from chaos.cluster import ClusterError, ProcessState, eventually
from chaos.cluster.links import Link
from chaos.runtimes.crew import Crew
from chaos.runtimes.orders import Orders
from services.config import ClusterSettings
from services.groups.partitions import Layout

ANSWERS_S = 15.0


class CrewedCluster:
    """The methods of `chaos.cluster.Cluster` that need nothing but a `Crew` and `Orders`."""

    _crew: Crew
    _orders: Orders
    _settings: ClusterSettings  # of the last `configure`

    async def process_state(self, node: str) -> ProcessState:
        """See `Cluster`; each runtime asks somebody else."""
        raise NotImplementedError

    @property
    def replicas(self) -> tuple[str, ...]:
        """See `Cluster`."""
        return self._crew.replicas

    @property
    def partitions(self) -> Layout:
        """See `Cluster`."""
        return self._crew.partitions

    @property
    def spares(self) -> tuple[str, ...]:
        """See `Cluster`."""
        return self._crew.spares

    @property
    def companions(self) -> tuple[str, ...]:
        """See `Cluster`."""
        return self._crew.companions

    async def resolve(self, target: str) -> str:
        """See `Cluster`."""
        return await self._orders.resolve(target)

    async def revive_proxy(self) -> ProcessState:
        """See `Cluster`. Where no process carries the links, nothing can happen to it."""
        return "running"

    async def promote(self, node: str) -> str:
        """See `Cluster`."""
        return await self._orders.promote(node)

    async def hand_over(self, to: str | None = None) -> str:
        """See `Cluster`."""
        return await self._orders.hand_over(to)

    async def prepare_upgrade(self, node: str) -> None:
        """See `Cluster`."""
        await self._orders.prepare_upgrade(node)

    async def probe(self, link: Link, timeout_s: float) -> Literal["passed", "no-answer", "refused"]:
        """See `Cluster`."""
        return await self._orders.probe(link, timeout_s)

    async def status(self, node: str) -> Mapping[str, Any]:
        """See `Cluster`."""
        status: dict[str, Any] = msgspec.to_builtins(await self._orders.status(node))
        return status

    async def contents(self, node: str) -> Mapping[str, Any]:
        """See `Cluster`."""
        return await self._orders.contents(node)

    def tell(self, text: str) -> None:
        """See `Cluster`. Nobody watches."""

    async def _answers_or_was_shot(self, node: str) -> None:
        """Wait for `node`, just started, to answer; not for one whose process has ended meanwhile.

        Raises `ClusterError` that says so at once, unless its power switch may have ended it.
        """

        async def answers() -> bool:
            if await self.process_state(node) == "dead":
                return False
            await self._orders.status(node)
            return True

        if not await eventually(answers, ANSWERS_S) and not self._settings.stonith:
            raise ClusterError(f"{node} ended before it answered; `./lab logs --node {node}` says why")
