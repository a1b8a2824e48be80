"""What runtimes on real sockets also have in common: their links are Toxiproxy proxies."""

from abc import ABC, abstractmethod

from chaos.cluster import LinkState
from chaos.cluster.links import Link
from chaos.runtimes.crewed import CrewedCluster
from chaos.runtimes.toxiproxy import ToxiproxyLinks
from services.messages import AskNotes, Notes


class LinkedCluster(CrewedCluster, ABC):
    """The methods of `chaos.cluster.Cluster` that need `ToxiproxyLinks` too."""

    _proxies: ToxiproxyLinks

    @abstractmethod
    async def restart(self, node: str) -> None:
        """See `Cluster`."""

    async def enlist(self, node: str) -> None:
        """See `Cluster`. On its disk are the settings of the last time it joined, so it is told them."""
        self._crew.must_be_spare(node)
        await self.restart(node)
        await self._orders.configure(node, self._crew.settings)
        await self._orders.target.join(node)
        self._crew.enlist(node)

    async def set_link(self, link: Link, state: LinkState) -> None:
        """See `Cluster`."""
        await self._proxies.set_state(link.name, state)

    async def notes(self, node: str, asked: AskNotes) -> Notes:
        """See `chaos.recording.noting.Noting`."""
        return await self._orders.ask(node, asked, Notes)

    async def link_state(self, link: Link) -> LinkState:
        """See `Cluster`."""
        return await self._proxies.state(link.name)
