"""The family's part of a gateway: writes go to the leader it knows, reads to replicas that the policy allows.

It sends a write a second time only after a *definite* refusal, once it has asked who leads now, or the node
that refused has said so.
"""

from functools import partial

from msgspec import UNSET
from msgspec.structs import replace

from services.errors import LabError
from services.family import NO_WISH, Answers, Wish
from services.groups import partitions
from services.messages import (
    Execute,
    Executed,
    Read,
    ReadResult,
    Status,
    Token,
    Write,
    Written,
    merged,
)
from services.messages.single_leader import LeadStatus, Route
from services.node import remember_settings
from services.ports import Env
from services.replies import of_type
from services.settings import NodeSettings
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.door import routing
from services.single_leader.door.partition import Partition
from services.single_leader.door.policies import policy_in
from services.versions import tokens


class Door:
    """See `services.family.Door`."""

    def __init__(self, env: Env, node: NodeSettings) -> None:
        assert isinstance(node.cluster, SingleLeaderSettings), node.cluster
        self._env, self._node, self._cluster = env, node, node.cluster
        self._runs = False
        self._partitions = self._make_partitions()

    def answers(self) -> Answers:
        """See `Part`."""
        return {Route: self._on_route}

    async def start(self) -> None:
        """Begin to ask now and again who leads."""
        self.say("started")
        self._keep_asking()

    async def stop(self, reason: str) -> None:
        """Stop asking."""
        self._runs = False
        await self._env.tasks.cancel("keep-asking")
        await self._env.tasks.cancel("ask")

    async def configure(self, settings: SingleLeaderSettings, reset: bool) -> None:
        """See `Part`."""
        remember_settings(self._env, settings)
        before, self._cluster = self._cluster, settings
        if settings.partitions == before.partitions:
            for each in self._partitions:
                each.configure(settings, reset)
        else:
            await self._share_out_anew()
        if reset:
            self.say("emptied", replication=settings.replication, reads=settings.reads)

    def status(self) -> Status:
        """Which replica this gateway takes for the leader, or for the leader of each partition."""
        first = self._partitions[0].guide
        guides = [each.guide for each in self._partitions]
        leads = {guide.leader: guide.epoch for guide in guides if guide.leader}
        return Status(
            node=self._env.node,
            role="gateway",
            owes=sum(guide.leader is None for guide in guides),
            settings=self._cluster,
            detail=LeadStatus(epoch=first.epoch, leader=first.leader, leads=leads),
        )

    def say(self, event: str, **fields: object) -> None:
        """See `Part`."""
        self._say_of(1, event, **fields)

    @property
    def replicas(self) -> tuple[str, ...]:
        """The replicas that this gateway reads from."""
        return tuple(replica for each in self._partitions for replica in each.replicas)

    def must_know_the_way(self) -> None:
        """Raise `LabError` no-leader while this gateway does not know the leader of every key."""
        for each in self._partitions:
            if not each.guide.leader:
                why = each.guide.why_nobody
                raise LabError(
                    "no-leader", f"{self._env.node} has not heard yet who leads{why and f' ({why})'}"
                )

    async def write(self, message: Write, wish: Wish = NO_WISH) -> Written:
        """Pass the write on to the leader, or to the replica wished for, which refuses unless it leads.

        Raises `LabError`, indefinite when it may have happened.
        """
        if wish.policy or wish.counts:
            raise LabError("bad-request", "one leader takes every write here; a write takes only ?from=")
        if wish.replica is not None:
            return await self._write_at(wish.replica, message)
        home, count = self._home_of(message.operation.key), len(self._partitions)
        known = tokens.fitting(message.token, count)
        if count == 1:
            return await home.write(message)
        operation = replace(message.operation, needs=tokens.but_for(known, home.number) or UNSET)
        own = tokens.about(known, home.number)
        written = await home.write(replace(message, operation=operation, token=own))
        return replace(written, token=self._with(known, home, written.token), partition=home.number)

    async def _write_at(self, replica: str, message: Write) -> Written:
        """Send it to that replica only, as a client might that does not know who leads."""
        if replica not in self.replicas:
            known = ", ".join(self.replicas)
            raise LabError("bad-request", f"there is no replica {replica!r}; there are {known}")
        patience_s = self._cluster.patience_s
        return of_type(await self._env.network.call(replica, message, patience_s), Written)

    async def read(self, message: Read, wish: Wish = NO_WISH) -> ReadResult:
        """Read under the policy wished for (by default the cluster's), or from that replica (what it has).

        Raises `LabError`: the refusal of the last replica that was asked.
        """
        policy, replica = policy_in(wish), wish.replica
        home, count = self._home_of(message.key), len(self._partitions)
        known = tokens.fitting(message.token, count)
        if count == 1:
            return await home.read(message, policy, replica)
        if replica in self.replicas and replica not in home.replicas:
            text = f"{message.key!r} lies in partition {home.number}, of which {replica} has no copy; "
            raise LabError("bad-request", f"{text}ask {', '.join(home.replicas)}")
        own = tokens.about(known, home.number)
        result = await home.read(replace(message, token=own), policy, replica)
        token = merged(self._with(known, home, result.token), result.needs)
        return replace(result, token=token, needs=(), partition=home.number)

    async def execute(self, message: Execute, wish: Wish = NO_WISH) -> Executed:
        """A transaction at the leader; with a policy or replica, one that only reads, as in `read`."""
        if len(self._partitions) > 1:
            text = "SQL tables are not shared out over partitions; use registers and sets, or one partition"
            raise LabError("bad-request", text)
        (home,) = self._partitions
        policy = policy_in(wish) or routing.policy_of(message.mode)
        if policy is None and wish.replica is None:
            return await home.through_leader(message, Executed)
        return await home.reading.look(message, policy or "any", wish.replica)

    async def _on_route(self, message: Route) -> Status:
        self._partitions[0].guide.hear(message)
        return self.status()

    def _home_of(self, key: str) -> Partition:
        """The partition in which `key` lies."""
        return self._partitions[partitions.partition_of(key, len(self._partitions)) - 1]

    def _with(self, known: Token, home: Partition, news: Token) -> Token:
        """The token of a client that had `known` and has learned `news` of the partition `home`."""
        return merged(known, tokens.placed(news, home.number, len(self._partitions)))

    def _make_partitions(self) -> tuple[Partition, ...]:
        several = len(self._cluster.partitions) > 1
        return tuple(
            Partition(
                number,
                self._env,
                replicas,
                self._cluster,
                partial(self._say_of, number, partition=number) if several else self.say,
            )
            for number, replicas in enumerate(
                partitions.groups(self._cluster.partitions, self._node.replicas), 1
            )
        )

    async def _share_out_anew(self) -> None:
        """New settings share the keys out differently, so nothing known so far holds any more."""
        ran = self._runs
        await self.stop("the keys are shared out anew")
        self._partitions = self._make_partitions()
        if ran:
            self._keep_asking()

    def _keep_asking(self) -> None:
        self._runs = True
        for each in self._partitions:
            self._env.tasks.spawn("keep-asking", each.guide.keep_asking())

    def _say_of(self, number: int, event: str, **fields: object) -> None:
        guide = self._partitions[number - 1].guide
        self._env.log.event(event, role="gateway", epoch=guide.epoch, **fields)
