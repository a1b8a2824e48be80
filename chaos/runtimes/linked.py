"""What runtimes on real sockets have in common: links are proxies, and nodes are asked over the lab's own."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from chaos.cluster import LinkState
from chaos.links import Link
from chaos.runtimes.crew import Crew
from chaos.runtimes.orders import Orders
from chaos.runtimes.toxiproxy import ToxiproxyLinks
from services.config import ClusterSettings


class LinkedNodes:
    """The methods of `chaos.cluster.Cluster` that need nothing but `Orders` and `ToxiproxyLinks`."""

    _crew: Crew
    _orders: Orders
    _proxies: ToxiproxyLinks
    _settings: ClusterSettings  # of the last `configure`

    @property
    def replicas(self) -> tuple[str, ...]:
        """See `Cluster`."""
        return self._crew.replicas

    @property
    def spares(self) -> tuple[str, ...]:
        """See `Cluster`."""
        return self._crew.spares

    @property
    def companions(self) -> tuple[str, ...]:
        """See `Cluster`."""
        return self._crew.companions

    async def restart(self, node: str) -> None:
        """See `Cluster`."""
        raise NotImplementedError

    async def enlist(self, node: str) -> None:
        """See `Cluster`. On its disk are the settings of the last time it joined, so it is told them."""
        self._crew.must_be_spare(node)
        await self.restart(node)
        await self._orders.configure(node, self._settings)
        await self._orders.join(node)
        self._crew.enlist(node)

    async def resolve(self, target: str) -> str:
        """See `Cluster`."""
        return await self._orders.resolve(target)

    async def promote(self, node: str) -> str:
        """See `Cluster`."""
        return await self._orders.promote(node)

    async def hand_over(self, to: str | None = None) -> str:
        """See `Cluster`."""
        return await self._orders.hand_over(to)

    async def set_link(self, link: Link, state: LinkState) -> None:
        """See `Cluster`."""
        await self._proxies.set_state(link.name, state)

    async def link_state(self, link: Link) -> LinkState:
        """See `Cluster`."""
        return await self._proxies.state(link.name)

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
