"""What all runtimes have in common: a crew, and nodes that are asked over the lab's own links."""

from collections.abc import Mapping
from typing import Any, Literal

from chaos.cluster import ClusterError, ProcessState, eventually
from chaos.cluster.crew import Crew
from chaos.cluster.links import Link
from chaos.runtimes.orders import Orders
from services.groups.partitions import Layout

ANSWERS_S = 15.0


class CrewedCluster:
    """The methods of `chaos.cluster.Cluster` that need nothing but a `Crew` and `Orders`."""

    _crew: Crew
    _orders: Orders
    doors: dict[str, str]

    async def process_state(self, node: str) -> ProcessState:
        """See `Cluster`; each runtime asks somebody else."""
        raise NotImplementedError

    @property
    def addresses(self) -> Mapping[str, str]:
        """See `Cluster`."""
        return {}

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

    @property
    def devices(self) -> tuple[str, ...]:
        """See `Cluster`."""
        return self._crew.devices

    @property
    def with_data(self) -> tuple[str, ...]:
        """See `Cluster`."""
        return self._crew.with_data

    @property
    def gateways(self) -> Mapping[str, str]:
        """See `Cluster`: the doors that are no device's."""
        return {name: url for name, url in self.doors.items() if name in self._crew.gateways}

    async def resolve(self, target: str) -> str:
        """See `Cluster`."""
        return await self._orders.target.resolve(target)

    async def revive_proxy(self) -> ProcessState:
        """See `Cluster`. Where no process carries the links, nothing can happen to it."""
        return "running"

    async def order(self, name: str, node: str | None = None) -> str:
        """See `Cluster`."""
        return await self._orders.target.order(name, node)

    async def must_have_settled(self) -> None:
        """See `Cluster`."""
        await self._orders.target.must_have_settled()

    async def probe(self, link: Link, timeout_s: float) -> Literal["passed", "no-answer", "refused"]:
        """See `Cluster`."""
        return await self._orders.probe(link, timeout_s)

    async def status(self, node: str) -> Mapping[str, Any]:
        """See `Cluster`."""
        return (await self._orders.status(node)).flat()

    async def contents(self, node: str) -> Mapping[str, Any]:
        """See `Cluster`."""
        return await self._orders.contents(node)

    def tell(self, text: str) -> None:
        """See `Cluster`. Nobody watches."""

    async def _answers_or_was_shot(self, node: str) -> None:
        """Wait for `node`, just started, to answer; not for one whose process has ended meanwhile.

        Raises `ClusterError` that says so at once, unless its power switch may have ended it.
        """
        if not await self._answers(node) and not self._orders.target.may_be_shot:
            raise ClusterError(f"{node} ended before it answered; `./lab logs --node {node}` says why")

    async def _answers(self, node: str) -> bool:
        """Wait until `node` answers; False as soon as its process has ended. Raises `ClusterError`."""

        async def answers() -> bool:
            if await self.process_state(node) == "dead":
                return False
            await self._orders.status(node)
            return True

        return await eventually(answers, ANSWERS_S)
