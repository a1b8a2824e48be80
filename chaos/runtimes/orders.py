"""What the lab says to nodes over its own links, the same on every runtime.

No fault ever touches these links, so the lab can look, give orders and read the final contents while
everything between the nodes is cut.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal, TypeVar

import msgspec
from msgspec.structs import replace

from chaos.cluster import ClusterError, all_of
from chaos.cluster.links import CONTROLLER, Link
from chaos.runtimes.crew import Crew
from services.config import ClusterSettings
from services.errors import LabError
from services.messages import (
    Appoint,
    AskStatus,
    Configure,
    Contents,
    HandOver,
    Message,
    Probe,
    Probed,
    ReadContents,
    Route,
    Status,
    TakeCopy,
    TakeOver,
)
from services.ports import Network

ANSWER_S = 5.0
GLANCE_S = 0.5  # to find out who leads, when whoever stands still must not stop the lab

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

    async def join(self, node: str) -> None:
        """Tell `node`, a replica without data, to take a copy of the leader's and to follow."""
        await self.ask(node, TakeCopy(reason="an operator lets it join"), Status)

    async def probe(self, link: Link, timeout_s: float) -> Literal["passed", "no-answer", "refused"]:
        """See `Cluster.probe`: the link's source is asked to try it."""
        message = Probe(to=link.address_key, timeout_s=timeout_s)
        return (await self.ask(link.source, message, Probed, timeout_s + ANSWER_S)).outcome

    async def resolve(self, target: str) -> str:
        """See `Cluster.resolve`; `follower` is the first replica by name that does not lead."""
        if target in (*self._crew.at_work, *self._crew.spares):
            return target
        role, _, number = target.partition("-")
        if role not in ("leader", "follower") or not (number or "1").isdecimal():
            known = ", ".join((*self._crew.at_work, *self._crew.spares, "leader", "follower"))
            raise ClusterError(f"nobody is called {target!r}; there are {known}")
        leader = await self.leader(int(number or "1"))
        if role == "leader":
            return leader
        followers = [node for node in sorted(self._crew.fellows(leader)) if node != leader]
        if not followers:
            raise ClusterError(f"{leader} is the only replica, so there is no follower")
        return followers[0]

    async def leader(self, partition: int = 1) -> str:
        """Who leads, in the eyes of whoever decides that. Raises `ClusterError` while nobody does."""
        groups = self._crew.groups
        if not 1 <= partition <= len(groups):
            raise ClusterError(f"there is no partition {partition}; there are {len(groups)}")
        account = await self._somebody()
        leader = await self._elected(groups[partition - 1]) if _elects(account) else account.leader
        if leader is None:
            where = f" of partition {partition}" if len(groups) > 1 else ""
            raise ClusterError(f"there is no leader{where} at the moment; `./lab status` shows the state")
        return leader

    async def promote(self, node: str) -> str:
        """See `Cluster.promote`."""
        self._must_be_replica(node)
        if not _elects(await self._somebody()):
            return _told(await self.ask(CONTROLLER, Appoint(node=node), Route))
        return (await self.ask(node, TakeOver(reason="an operator promotes it"), Status)).node

    async def hand_over(self, to: str | None) -> str:
        """See `Cluster.hand_over`."""
        if to is not None:
            self._must_be_replica(to)
        if not _elects(await self._somebody()):
            return _told(await self.ask(CONTROLLER, HandOver(to=to), Route))
        groups = enumerate(self._crew.groups, 1)
        partition = next((number for number, group in groups if to in group), 1)
        leader = await self.leader(partition)
        if to == leader:
            raise ClusterError(f"{leader} leads already; name another replica")
        await self.ask(leader, HandOver(to=to), Status)
        return await self.leader(partition)

    async def prepare_upgrade(self, node: str) -> None:
        """See `Cluster.prepare_upgrade`."""
        self._must_be_replica(node)
        settings = (await self.status(node)).settings
        assert settings, "every replica has some"
        formats = tuple(dict.fromkeys((*settings.new_format, node)))
        await self.ask(node, Configure(settings=replace(settings, new_format=formats)), Status)

    async def must_serve(self) -> None:
        """Raises `ClusterError` that says what is missing until the cluster is whole.

        Whole: a leader takes writes, every follower has what it has, every gateway knows the way; of each
        partition, where there are several. And every companion answers.
        """
        for partition, group in enumerate(self._crew.groups, 1):
            leader = await self.status(await self.leader(partition))
            if leader.role != "leader" or leader.acknowledged < leader.position.sequence:
                raise ClusterError(f"{leader.node} is to lead, but does not take writes yet")
            others = [node for node in (*group, *self._crew.gateways) if node != leader.node]
            for status in await all_of(self.status(node) for node in others):
                _must_follow(status, leader)
        await all_of(self.status(node) for node in self._crew.companions)

    def _must_be_replica(self, node: str) -> None:
        if node not in self._crew.replicas:
            known = ", ".join(self._crew.replicas)
            raise ClusterError(f"there is no replica {node!r} that could lead; there are: {known}")

    async def _somebody(self) -> Status:
        """The account of the controller, or, where the replicas do without it, of one of them."""
        with suppress(ClusterError):
            return await self.ask(CONTROLLER, AskStatus(), Status, GLANCE_S)
        accounts = await self._glance(self._crew.replicas)
        return next(filter(_elects, accounts), None) or await self.status(CONTROLLER)

    async def _elected(self, group: Sequence[str]) -> str | None:
        accounts = await self._glance(group)
        leaders = {account.epoch: account.node for account in accounts if account.role == "leader"}
        return leaders[max(leaders)] if leaders else None

    async def _glance(self, nodes: Sequence[str]) -> list[Status]:
        """The accounts of those who answer at once."""
        answers = await asyncio.gather(
            *(self.ask(node, AskStatus(), Status, GLANCE_S) for node in nodes), return_exceptions=True
        )
        return [answer for answer in answers if isinstance(answer, Status)]


def _elects(account: Status) -> bool:
    """Do the replicas elect their leader, by what this node was set to?"""
    return account.settings is not None and account.settings.coordination == "election"


def _told(route: Route) -> str:
    assert route.leader, "the controller answers only when somebody leads"
    return route.leader


def _must_follow(status: Status, leader: Status) -> None:
    believes = status.leads.items() if status.role == "gateway" else [(status.leader, status.epoch)]
    if (leader.node, leader.epoch) not in believes:
        raise ClusterError(
            f"{status.node} believes in {status.leader}, epoch {status.epoch}, "
            f"but {leader.node} leads in epoch {leader.epoch}"
        )
    if status.role == "follower" and status.position < leader.position:
        raise ClusterError(f"{status.node} is at {status.position}, {leader.node} at {leader.position}")
