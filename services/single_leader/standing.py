"""The state of a replica that its duties share: its settings, its log, whom it follows, whether it leads.

It is a follower until it is promoted, and again after every restart. It keeps one promise on its disk: never
to accept anything from an epoch older than the newest it has heard of. (With `epochs` switched off it makes
no such promise; that is how the lab shows split brain.)
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeVar

from services.errors import LabError
from services.groups import partitions
from services.node import remember_settings
from services.ports import OTHER_FORMAT, USUAL_FORMAT, Env
from services.settings import NodeSettings
from services.settings.single_leader import RULE, SingleLeaderSettings
from services.single_leader.election.ballot import Ballot
from services.single_leader.hold import Hold
from services.single_leader.leader import Leader
from services.single_leader.machine import MachineMaker
from services.single_leader.reads.arrivals import Arrivals
from services.single_leader.reads.freshness import Freshness
from services.single_leader.storage import DATABASE, Storage
from services.sql import rewriting
from services.sql.choice import must_stay_in_its_file
from services.sql.functions import Outside

T = TypeVar("T")

FOR_LATER = ("new_format", *RULE)  # settings that can change while it leads
COPYING = "take-copy"  # the task that puts a copy in place of the data


class Standing:
    """The state of one replica, and the few changes to it that must happen one at a time."""

    def __init__(self, env: Env, settings: NodeSettings, machine: MachineMaker | None = None) -> None:
        """With a `machine`, the log holds its commands."""
        self._make_machine = machine
        self.env = env
        self.node = settings
        assert isinstance(settings.cluster, SingleLeaderSettings), settings.cluster
        self.cluster = settings.cluster
        self.storage = self._open_storage()
        self.members = self._fellows()
        self.counted = False  # the controller has said, since the start, that it counts this replica
        self.freshness = Freshness()
        self.arrivals = Arrivals()
        self.leader: Leader | None = None
        self.known_leader: str | None = None
        self.heard_at = env.clock.monotonic()  # when it last heard from a leader, or began to listen
        self.ballot = Ballot(env.disk)
        self.hold = Hold(env.clock)
        self.elects = asyncio.Event()  # set while the replicas elect their leader themselves
        self._choose_coordination()
        self._changing = asyncio.Lock()  # promotions, demotions and resets happen one at a time

    @property
    def epoch(self) -> int:
        """The epoch in which it leads, or else the newest that it has promised."""
        return self.leader.epoch if self.leader else self.storage.epoch

    @property
    def role(self) -> str:
        """Its role at the moment."""
        return "leader" if self.leader else "follower"

    def count(self, members: Iterable[str]) -> None:
        """The controller counts these replicas; one that was not known yet has joined."""
        for name in members:
            self.counted = self.counted or name == self.env.node
            if name not in self.members:
                self.members = (*self.members, name)
            if self.leader and name != self.env.node:
                self.leader.add_follower(name, member=True)

    @property
    def peers(self) -> tuple[str, ...]:
        """The other replicas that hold the same keys, as this node was told at its start."""
        return tuple(name for name in self._fellows() if name != self.env.node)

    def must_hold(self, key: str) -> None:
        """Raise `LabError` wrong-partition unless `key` lies in the partition that this replica holds."""
        layout = self.cluster.partitions
        if layout and partitions.partition_of(key, len(layout)) != (own := self.partition):
            home = partitions.partition_of(key, len(layout))
            text = f"{self.env.node} holds partition {own}, and {key!r} lies in {home}, on "
            raise LabError("wrong-partition", text + ", ".join(layout[home - 1]))

    @property
    def partition(self) -> int | None:
        """The number of the partition that this replica holds; None where there is only one."""
        return partitions.number_of(self.env.node, self.cluster.partitions)

    def must_lead(self) -> Leader:
        """The leader object. Raises `LabError` not-leader, which says who leads."""
        if self.leader is None:
            text = f"{self.env.node} is a follower; send writes to {self.known_leader or 'the leader'}"
            raise LabError("not-leader", text, leader=self.known_leader)
        return self.leader

    async def leadership(self) -> Leader:
        """Like `must_lead`, but first waits for a hand-over to end, and for the first lease."""
        await self.hold.passed()
        await self.must_lead().lease.begun()
        return self.must_lead()

    def follow(self, leader: str) -> None:
        """Accept `leader` as the leader."""
        self.heard_at = self.env.clock.monotonic()
        if leader != self.known_leader:
            self.known_leader = leader
            self.freshness.forget()
            if leader != self.env.node:
                self.hold.end()
                self.say("following", leader=leader)

    def forget_leader(self) -> None:
        """The known leader is over. For a while this replica gives no vote and does not stand."""
        self.known_leader, self.heard_at = None, self.env.clock.monotonic()

    async def lead(self, epoch: int, reason: str, elected_at: float | None = None) -> None:
        """Lead in `epoch`, once it is promised. Raises `LabError` stale-epoch if it is over already."""
        async with self._changing:
            if self.leader and self.leader.epoch == epoch:
                return
            if epoch <= self.storage.last.epoch:
                raise LabError("stale-epoch", f"epoch {epoch} is over, epoch {self.epoch} has begun")
            self._must_not_be_over(epoch)
            await self._end_leadership(f"promoted to epoch {epoch}")
            storage = self.storage
            await self.env.disk.run(lambda: storage.promise(epoch))
            self._must_not_be_over(epoch)
            self._begin_to_lead(epoch, reason, elected_at)

    async def stop_leading(self, reason: str, before: int | None = None) -> None:
        """Stop leading; with `before`, only if the epoch in which it leads is older than that."""
        async with self._changing:
            if self.leader and (before is None or self.leader.epoch < before):
                await self._end_leadership(reason)

    async def configure(self, settings: SingleLeaderSettings, reset: bool) -> None:
        """Take these settings, as a follower; with `reset`, begin again with empty data.

        A new storage format alone takes effect when the replica restarts, see `rewriting`. If only the
        acknowledgement rule differs, a leader goes on leading. Raises `LabError` bad-order if the settings do
        not fit this cluster, or the data would have to be in another file.
        """
        async with self._changing:
            before, for_later = self.cluster, self.cluster.with_those_of(settings, *FOR_LATER)
            if not reset:
                must_stay_in_its_file(before.replication_log, settings.replication_log)
            if reset or settings != for_later:
                await self._end_leadership("new settings")
            elif self.leader:
                await self.leader.adopt(settings)
            self.cluster = settings
            self.storage.tables.log = settings.replication_log
            if reset:
                await self._begin_anew()
            self._choose_coordination()
            remember_settings(self.env, settings)

    async def replace_data(self, incoming: str, carry_over: Callable[[], T]) -> T:
        """Replace this replica's database with the one in the file `incoming`, as a follower.

        `carry_over` saves what must not be lost with the old database; it blocks, and its result is returned.
        If it raises, the old data stays. Nothing is written between it and the rename: an entry confirmed or
        a promise given in between would be in neither database.
        """
        async with self._changing:
            await self._end_leadership("a copy takes the place of its data")
            disk = self.env.disk
            self.storage.reader.close()  # on the loop, which reads from it

            def swap() -> T:
                try:
                    result = carry_over()
                    self.storage.close()
                    disk.remove(f"{DATABASE}-wal")  # gone already, unless something has the old file open
                    disk.rename(incoming, DATABASE)
                finally:
                    self.storage.close()
                    self.storage = self._open_storage()
                return result

            result = await disk.run(swap)
            self.freshness.forget()
            return result

    async def trim(self) -> None:
        """Trim as much of the old log as the settings allow."""
        keep = self.cluster.log_retention_entries
        async with self._changing:
            gone = await self.env.disk.run(lambda: self.storage.trim(keep))
        if gone:
            self.say("log-trimmed", entries=gone, kept=keep)

    def say(self, event: str, **fields: object) -> None:
        """Write one line into the log, with role, epoch and position."""
        self.env.log.event(
            event,
            role=self.role,
            epoch=self.epoch,
            position=self.storage.last.sequence,
            **fields,
        )

    def _fellows(self) -> tuple[str, ...]:
        return partitions.fellows(self.env.node, self.cluster.partitions, self.node.replicas)

    def _choose_coordination(self) -> None:
        if self.cluster.coordination == "election":
            self.elects.set()
        else:
            self.elects.clear()

    def _must_not_be_over(self, epoch: int) -> None:
        if epoch < self.storage.epoch:
            raise LabError("stale-epoch", f"epoch {epoch} is over, epoch {self.epoch} has begun")

    def _begin_to_lead(self, epoch: int, reason: str, elected_at: float | None) -> None:
        self.leader = Leader(
            self.env,
            self.cluster,
            self.storage,
            epoch,
            [name for name in self.members if name != self.env.node],
            self._deposed,
            self.arrivals.announce,
            self.say,
            elected_at,
        )
        self.known_leader = self.env.node
        if self.cluster.epoch_keys:
            self.storage.tables.counters.begin_epoch(epoch)
        self.hold.end()
        self.freshness.forget()
        self.say("promoted", was="follower", reason=reason)
        self.leader.start()

    def _deposed(self, epoch: int, reason: str) -> None:
        """A follower refused our epoch. Its task cannot wait for its own end, so a new task does."""
        self.env.tasks.spawn("step-down", self.stop_leading(reason, before=epoch + 1))

    async def _end_leadership(self, reason: str) -> None:
        if self.leader is None:
            return
        leader, self.leader = self.leader, None
        self.forget_leader()
        self.say("demoted", was="leader", of_epoch=leader.epoch, reason=reason)
        await leader.stop(reason)

    def _open_storage(self) -> Storage:
        env, settings = self.env, self.cluster
        for_reports = settings.reporting_indexes and env.node != self.node.replicas[0]
        outside = Outside(env.clock.wall, env.random, for_reports, settings.feed.startswith("outbox"))
        form = OTHER_FORMAT if env.node in settings.new_format else USUAL_FORMAT
        if form is OTHER_FORMAT:
            env.log.event("stores-differently", role="follower", **form.pragmas)
        if rewriting.rewrite(env.disk, DATABASE, form):
            env.log.event("upgraded", role="follower", **form.pragmas)
        connect = partial(env.disk.connect, form=form)
        storage = Storage(connect, outside, settings.replication_log, env.disk, self._make_machine)
        storage.checkpoint_after(settings.checkpoint_pages)
        return storage

    async def _begin_anew(self) -> None:
        await self.env.tasks.cancel(COPYING)
        await self.env.disk.run(lambda: self.storage.close())  # a copy may take its place until then
        await self.env.disk.wipe()
        self.storage = self._open_storage()
        self.members = self._fellows()
        self.counted = False
        self.freshness.forget()
        self.forget_leader()
        self.hold.end()
        self.say("emptied", replication=self.cluster.replication, reads=self.cluster.reads)
