"""What the lab says to nodes over its own links, the same on every runtime.

No fault ever touches these links, so the lab can look, give orders and read the final contents while
everything between the nodes is cut.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import msgspec

from chaos.cluster import ClusterError, all_of
from chaos.links import CONTROLLER, Link
from chaos.runtimes.crew import Crew
from services.config import ClusterSettings
from services.errors import LabError
from services.messages import (
    AskStatus,
    Configure,
    Contents,
    Message,
    Probe,
    Probed,
    ReadContents,
    Status,
)
from services.ports import Network

ANSWER_S = 5.0

M = TypeVar("M", bound=Message)


class Orders:
    """`network` is the lab's own: it leads to every node, over the lab's links."""

    def __init__(self, network: Network, crew: Crew) -> None:
        self._network = network
        self._crew = crew

    async def ask(self, node: str, message: Message, expected: type[M], timeout_s: float = ANSWER_S) -> M:
        """The reply of `node`. Raises `ClusterError` when it refuses, fails, or is silent."""
        try:
            reply = await self._network.call(node, message, timeout_s)
        except LabError as error:
            raise ClusterError(
                f"{node}: {error.text} ({error.kind.code}); `./lab status` shows who is alive"
            ) from error
        if not isinstance(reply, expected):
            raise ClusterError(f"{node} answered {reply!r} where {expected.__name__} was due")
        return reply

    async def status(self, node: str) -> Status:
        """The node's own account of itself."""
        return await self.ask(node, AskStatus(), Status)

    async def contents(self, node: str) -> Mapping[str, Any]:
        """See `Cluster.contents`."""
        contents: dict[str, Any] = msgspec.to_builtins(await self.ask(node, ReadContents(), Contents))
        return contents

    async def configure(self, node: str, settings: ClusterSettings) -> None:
        """Give `node` these settings and empty data."""
        await self.ask(node, Configure(settings=settings, reset=True), Status)

    async def probe(self, link: Link, timeout_s: float) -> Literal["passed", "no-answer", "refused"]:
        """See `Cluster.probe`: the link's source is asked to try it."""
        message = Probe(to=link.address_key, timeout_s=timeout_s)
        return (await self.ask(link.source, message, Probed, timeout_s + ANSWER_S)).outcome

    async def resolve(self, target: str) -> str:
        """See `Cluster.resolve`; `follower` is the first replica by name that does not lead."""
        if target in (*self._crew.at_work, *self._crew.spares):
            return target
        if target not in ("leader", "follower"):
            known = ", ".join((*self._crew.at_work, *self._crew.spares, "leader", "follower"))
            raise ClusterError(f"nobody is called {target!r}; there are {known}")
        leader = (await self.status(CONTROLLER)).leader
        if leader is None:
            raise ClusterError("there is no leader at the moment; `./lab status` shows the state")
        if target == "leader":
            return leader
        followers = [node for node in sorted(self._crew.replicas) if node != leader]
        if not followers:
            raise ClusterError(f"{leader} is the only replica, so there is no follower")
        return followers[0]

    async def must_serve(self) -> None:
        """Raises `ClusterError` that says what is missing until the cluster is whole.

        Whole: a leader takes writes, every follower has what it has, every gateway knows the way.
        """
        appointed = await self.status(CONTROLLER)
        if appointed.leader is None:
            raise ClusterError("the controller has not appointed a leader")
        leader = await self.status(appointed.leader)
        if leader.role != "leader" or leader.acknowledged < leader.position.sequence:
            raise ClusterError(f"{leader.node} was appointed, but does not take writes yet")
        crew = self._crew
        others = [node for node in (*crew.replicas, *crew.gateways) if node != leader.node]
        for status in await all_of(self.status(node) for node in others):
            _must_follow(status, leader)


def _must_follow(status: Status, leader: Status) -> None:
    if (status.leader, status.epoch) != (leader.node, leader.epoch):
        raise ClusterError(
            f"{status.node} believes in {status.leader}, epoch {status.epoch}, "
            f"but {leader.node} leads in epoch {leader.epoch}"
        )
    if status.role == "follower" and status.position < leader.position:
        raise ClusterError(f"{status.node} is at {status.position}, {leader.node} at {leader.position}")
