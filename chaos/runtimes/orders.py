"""What the lab says to nodes over its own links, the same on every runtime.

No fault ever touches these links, so the lab can look, give orders and read the final contents while
everything between the nodes is cut. What is particular to a family is in its `Target`.
"""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import msgspec

from chaos.cluster import ClusterError
from chaos.cluster.crew import Crew
from chaos.cluster.links import Link
from chaos.targets.target import ANSWER_S, Target, target_of
from services.errors import LabError
from services.messages import AskStatus, Configure, Contents, Message, Probe, Probed, ReadContents, Status
from services.ports import Network
from services.settings import CommonSettings

M = TypeVar("M", bound=Message)
BEGINS_S = 30.0  # to begin anew takes a fraction of a second, unless a machine has ten times too much to do


class Orders:
    """`network` is the lab's own: it leads to every node, over the lab's links."""

    def __init__(self, network: Network, crew: Crew) -> None:
        self._network = network
        self.crew = crew
        self._targets: dict[str, Target] = {}
        self._incarnation: str | None = None

    @property
    def target(self) -> Target:
        """What is known of the family that the cluster is of at the moment."""
        family = self.crew.settings.family
        if family not in self._targets:
            self._targets[family] = target_of(family, self)
        return self._targets[family]

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

    def begin(self, incarnation: str) -> None:
        """From now on whoever is configured is of this incarnation, and hears nobody of another."""
        self._incarnation = incarnation

    async def configure(self, node: str, settings: CommonSettings) -> None:
        """Give `node` these settings and empty data."""
        order = Configure(settings=settings, reset=True, incarnation=self._incarnation)
        await self.ask(node, order, Status, BEGINS_S)

    async def probe(self, link: Link, timeout_s: float) -> Literal["passed", "no-answer", "refused"]:
        """See `Cluster.probe`: the link's source is asked to try it."""
        message = Probe(to=link.address_key, timeout_s=timeout_s)
        return (await self.ask(link.source, message, Probed, timeout_s + ANSWER_S)).outcome

    async def must_serve(self) -> None:
        """Raises `ClusterError` that says what is missing until the cluster takes requests."""
        await self.target.must_serve()
