"""A single-leader cluster, to the lab: who leads, in the eyes of whoever decides that, and operators' orders.

Where a controller decides, it is asked; where the replicas elect their leader, whoever says so with the
newest epoch.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from msgspec.structs import replace

from chaos.cluster import ClusterError, all_of, eventually
from chaos.cluster.links import CONTROLLER
from chaos.targets.another_rule import AnotherRule
from chaos.targets.target import ANSWER_S, GLANCE_S, Target
from services.messages import AskStatus, Configure, Status
from services.messages.single_leader import (
    Appoint,
    HandOver,
    LeadStatus,
    Pulse,
    Route,
    TakeCopy,
    TakeOver,
    lead,
)
from services.settings import CommonSettings
from services.settings.single_leader import SingleLeaderSettings


class SingleLeader(Target):
    """See `Target`. With partitions, `leader-2` is that of the second."""

    roles = ("leader", "follower")
    orders = ("promote", "hand-over", "prepare-upgrade", "replicate")

    async def aim(self, target: str, known: str) -> str:
        """See `Target`; `follower` is the first replica by name that does not lead."""
        role, _, number = target.partition("-")
        if role not in self.roles or not (number or "1").isdecimal():
            raise ClusterError(f"nobody is called {target!r}; there are {known}")
        leader = await self.leader(int(number or "1"))
        if role == "leader":
            return leader
        followers = [node for node in sorted(self.crew.fellows(leader)) if node != leader]
        if not followers:
            raise ClusterError(f"{leader} is the only replica, so there is no follower")
        return followers[0]

    async def leader(self, partition: int = 1) -> str:
        """Who leads. Raises `ClusterError` while nobody does."""
        groups = self.crew.groups
        if not 1 <= partition <= len(groups):
            raise ClusterError(f"there is no partition {partition}; there are {len(groups)}")
        account = await self._somebody()
        leader = await self._elected(groups[partition - 1]) if _elects(account) else lead(account).leader
        if leader is None:
            where = f" of partition {partition}" if len(groups) > 1 else ""
            why = lead(account).why_nobody
            because = f" ({why})" if why else ""
            text = f"there is no leader{where} at the moment{because}; `./lab status` shows the state"
            raise ClusterError(text)
        return leader

    async def leaders(self) -> list[str]:
        """Who leads each partition. Raises `ClusterError` while somebody does not."""
        return [await self.leader(number) for number, _ in enumerate(self.crew.groups, 1)]

    async def must_serve(self) -> None:
        """See `Target`: leaders take writes, followers have what they have, gateways know the way."""
        for partition, group in enumerate(self.crew.groups, 1):
            leader = await self.asking.status(await self.leader(partition))
            stands = lead(leader)
            if leader.role != "leader" or stands.acknowledged < stands.position.sequence:
                raise ClusterError(f"{leader.node} is to lead, but does not take writes yet")
            others = [node for node in (*group, *self.crew.gateways) if node != leader.node]
            for status in await all_of(self.asking.status(node) for node in others):
                _must_follow(status, leader.node, stands)
        await all_of(self.asking.status(node) for node in self.crew.companions)

    async def must_have_settled(self) -> None:
        """See `Target`: one replica of each partition leads, and all stand at its position.

        A failover that began before everything was healed goes on, and may still shoot a leader.
        """
        await self.resolve("leader")
        accounts = await all_of(self.asking.status(node) for node in self.crew.replicas)
        for group in self.crew.groups:
            if not agree([account for account in accounts if account.node in group]):
                stands = "; ".join(map(_where, accounts))
                raise ClusterError(f"the replicas did not come to one position: {stands}")

    @property
    def may_be_shot(self) -> bool:
        """See `Target`: by STONITH."""
        settings = self.crew.settings
        return isinstance(settings, SingleLeaderSettings) and settings.stonith

    async def join(self, node: str) -> None:
        """See `Target`: it takes a copy of the leader's data, and follows."""
        await self.asking.ask(node, TakeCopy(reason="an operator lets it join"), Pulse)

    async def order(self, name: str, node: str | None = None) -> str:
        """See `Target`. Whoever is promoted needs a name; for a hand-over the leader may choose."""
        if name == "hand-over":
            return await self.hand_over(node)
        if name not in self.orders or node is None:
            return await super().order(name, node)
        if name == "replicate":
            return await self.replicate(node)
        return await (self.promote(node) if name == "promote" else self.prepare_upgrade(node))

    async def promote(self, node: str) -> str:
        """Make `node` the leader, as an operator does when the old one is gone; returns who leads then."""
        self._must_be_replica(node)
        if not _elects(await self._somebody()):
            return _told(await self.asking.ask(CONTROLLER, Appoint(node=node), Route))
        return (await self.asking.ask(node, TakeOver(reason="an operator promotes it"), Pulse)).node

    async def prepare_upgrade(self, node: str) -> str:
        """From its next start on `node` stores its data in the newer format, which it puts it into then."""
        self._must_be_replica(node)
        settings = (await self.asking.status(node)).settings
        assert isinstance(settings, SingleLeaderSettings)
        formats = tuple(dict.fromkeys((*settings.new_format, node)))
        await self.asking.ask(node, Configure(settings=replace(settings, new_format=formats)), Status)
        return node

    async def replicate(self, rule: str) -> str:
        """Let leaders acknowledge by `rule`, which may name followers; returns who leads."""
        return await AnotherRule(self.asking, self.leaders).order(rule)

    async def hand_over(self, to: str | None) -> str:
        """Let the leader, who is well, hand over to `to` (None: its choice); returns who leads then."""
        if to is not None:
            self._must_be_replica(to)
        if not _elects(await self._somebody()):
            return _told(await self.asking.ask(CONTROLLER, HandOver(to=to), Route))
        groups = enumerate(self.crew.groups, 1)
        partition = next((number for number, group in groups if to in group), 1)
        leader = await self.leader(partition)
        if to == leader:
            raise ClusterError(f"{leader} leads already; name another replica")
        await self.asking.ask(leader, HandOver(to=to), Pulse)
        return await eventually(lambda: self.leader(partition), ANSWER_S)

    def has_begun(self, account: Status) -> bool:
        """See `Target`: it has promised an epoch."""
        return lead(account).epoch > 0

    def _must_be_replica(self, node: str) -> None:
        if node not in self.crew.replicas:
            known = ", ".join(self.crew.replicas)
            raise ClusterError(f"there is no replica {node!r}; there are: {known}")

    async def _somebody(self) -> Status:
        """The account of the controller, or, where the replicas do without it, of one of them."""
        with suppress(ClusterError):
            return await self.asking.ask(CONTROLLER, AskStatus(), Status, GLANCE_S)
        accounts = await self._glance(self.crew.replicas)
        return next(filter(_elects, accounts), None) or await self.asking.status(CONTROLLER)

    async def _elected(self, group: Sequence[str]) -> str | None:
        accounts = await self._glance(group)
        leaders = {lead(account).epoch: account.node for account in accounts if account.role == "leader"}
        return leaders[max(leaders)] if leaders else None

    async def _glance(self, nodes: Sequence[str]) -> list[Status]:
        """The accounts of those who answer at once."""
        answers = await asyncio.gather(
            *(self.asking.ask(node, AskStatus(), Status, GLANCE_S) for node in nodes), return_exceptions=True
        )
        return [answer for answer in answers if isinstance(answer, Status)]


TARGET = SingleLeader


def agree(accounts: Sequence[Status]) -> bool:
    """True when one of the replicas leads and all report its epoch and position."""
    leaders = [account for account in accounts if account.role == "leader"]
    places = {(lead(account).epoch, lead(account).position) for account in accounts}
    return len(leaders) == 1 and len(places) == 1


def _elects(account: Status) -> bool:
    """Do the replicas elect their leader, by what this node was set to?"""
    return elects(account.settings)


def elects(settings: CommonSettings | None) -> bool:
    """Do the replicas elect their leader, by these settings?"""
    return isinstance(settings, SingleLeaderSettings) and settings.coordination == "election"


def _told(route: Route) -> str:
    assert route.leader, "the controller answers only when somebody leads"
    return route.leader


def _must_follow(status: Status, leader: str, stands: LeadStatus) -> None:
    own = lead(status)
    believes = own.leads.items() if status.role == "gateway" else [(own.leader, own.epoch)]
    if (leader, stands.epoch) not in believes:
        raise ClusterError(
            f"{status.node} believes in {own.leader}, epoch {own.epoch}, "
            f"but {leader} leads in epoch {stands.epoch}"
        )
    if status.role == "follower" and own.position < stands.position:
        raise ClusterError(f"{status.node} is at {own.position}, {leader} at {stands.position}")


def _where(account: Status) -> str:
    stands = lead(account)
    return f"{account.node} ({account.role}, epoch {stands.epoch}) at {stands.position}"
