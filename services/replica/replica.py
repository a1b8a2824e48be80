"""A replica of the single-leader strategy: who it listens to, and what it does when told to lead.

It is a follower until the controller promotes it, and after every restart. It keeps one promise on
its disk: never again to accept anything from an epoch older than the newest it has heard of. (With
`epochs` switched off it makes no such promise; that is how split brain is shown.)
"""

import asyncio
from functools import singledispatchmethod

from services.config import NodeSettings
from services.errors import LabError
from services.messages import (
    Append,
    Appended,
    AskStatus,
    Configure,
    Contents,
    Fence,
    Heartbeat,
    Message,
    Probe,
    Promote,
    Read,
    ReadContents,
    ReadResult,
    ShutDown,
    Status,
    StepDown,
    Stopping,
    Write,
    Written,
)
from services.node import probe, remember_settings, settings_in_force
from services.ports import Env
from services.replica import reading
from services.replica.freshness import Freshness
from services.replica.storage import Storage
from services.replica.strategies.single_leader import Leader


class Replica:
    """One copy of the data. `handle` is its only door; `env` is its only outside."""

    def __init__(self, env: Env, settings: NodeSettings) -> None:
        self._env = env
        self._node = settings
        self._cluster = settings_in_force(env, settings.cluster)
        self._storage = Storage(env.disk.connect)
        self._freshness = Freshness()
        self._leader: Leader | None = None
        self._known_leader: str | None = None
        self._changing = asyncio.Lock()  # promotions, demotions and resets go one at a time

    async def start(self) -> None:
        """Say where the own disk ends; the controller or a leader will make itself known."""
        self._say("started")

    async def stop(self) -> None:
        """Stop leading and close the files."""
        await self._stop_leading("the process stops")
        self._storage.close()

    @singledispatchmethod
    async def handle(self, message: Message) -> Message:
        """The reply to `message`. Raises `LabError` for every refusal and failure."""
        raise LabError("bad-request", f"a replica has no use for a {type(message).__name__}")

    def status(self) -> Status:
        """What this replica knows of itself."""
        leader = self._leader
        return Status(
            node=self._env.node,
            role="leader" if leader else "follower",
            epoch=self._epoch,
            position=self._storage.last,
            acknowledged=leader.acknowledged if leader else 0,
            leader=self._known_leader,
            lag_s=0.0 if leader else self._freshness.lag_s(self._env.clock.monotonic()),
            settings=self._cluster,
            followers=leader.progress() if leader else {},
        )

    @property
    def _epoch(self) -> int:
        return self._leader.epoch if self._leader else self._storage.epoch

    @handle.register
    async def _on_write(self, message: Write) -> Written:
        leader = self._must_lead()
        position = await leader.write(message.operation)
        return Written(node=self._env.node, epoch=leader.epoch, position=position)

    @handle.register
    async def _on_read(self, message: Read) -> ReadResult:
        if message.mode == "leader" or (message.mode == "bounded" and self._leader):
            return await self._read_as_leader(message)
        if message.mode == "bounded":
            lag_s = self._freshness.lag_s(self._env.clock.monotonic())
            reading.check_lag(self._env.node, lag_s, self._cluster.read_bound_ms / 1000, self._known_leader)
        return self._look_up(message)[0]

    async def _read_as_leader(self, message: Read) -> ReadResult:
        """Answer only what is acknowledged, so that no reader sees a write which may yet be lost."""
        leader = self._must_lead()
        leader.lease.check()
        result, changed_at = self._look_up(message)
        await leader.acknowledged_up_to(changed_at)
        leader.lease.check()
        return result

    def _look_up(self, message: Read) -> tuple[ReadResult, int]:
        return reading.look_up(self._storage, self._env.node, self._epoch, message)

    @handle.register
    async def _on_read_contents(self, _: ReadContents) -> Contents:
        position = self._storage.last
        registers, sets = self._storage.contents()
        return Contents(
            node=self._env.node,
            epoch=self._epoch,
            position=position,
            registers=registers,
            sets=sets,
            set_aside=self._storage.set_aside(),
        )

    @handle.register
    async def _on_append(self, batch: Append) -> Appended:
        await self._recognize(batch)
        storage = self._storage
        files: list[str] = []

        def set_aside(name: str, lines: str) -> None:
            files.append(self._env.disk.write_text(name, lines))

        accepted = await self._env.disk.run(
            lambda: storage.accept(
                batch.epoch, batch.previous, batch.entries, set_aside, fenced=self._cluster.epochs
            )
        )
        if accepted.removed:
            self._say("tail-set-aside", entries=len(accepted.removed), file=files[0], for_leader=batch.leader)
        if accepted.fits:
            self._freshness.note(batch, storage.last)
        return Appended(
            node=self._env.node,
            epoch=storage.epoch,
            position=storage.last,
            fits=accepted.fits,
            clock=self._env.clock.monotonic(),
        )

    async def _recognize(self, batch: Append) -> None:
        """Accept the sender as leader, or refuse it."""
        if self._cluster.epochs and batch.epoch < self._epoch:
            self._say("refused-old-leader", sender=batch.leader, its_epoch=batch.epoch)
            raise LabError("stale-epoch", f"epoch {batch.epoch} is over, epoch {self._epoch} has begun")
        if self._leader:
            if not self._cluster.epochs or batch.epoch == self._leader.epoch:
                raise LabError("bad-order", f"{self._env.node} leads itself and follows nobody")
            await self._stop_leading(f"{batch.leader} leads in epoch {batch.epoch}", before=batch.epoch)
        self._follow(batch.leader)

    @handle.register
    async def _on_heartbeat(self, message: Heartbeat) -> Status:
        if self._leader and message.epoch > self._leader.epoch:
            reason = f"the controller says that {message.leader} leads in epoch {message.epoch}"
            await self._stop_leading(reason, before=message.epoch)
        if message.leader and message.epoch >= self._epoch:
            self._follow(message.leader)
        return self.status()

    @handle.register
    async def _on_fence(self, message: Fence) -> Status:
        """Promise the epoch on disk before answering: from now on nobody older is listened to."""
        if message.epoch < self._epoch:
            raise LabError("stale-epoch", f"epoch {message.epoch} is over, epoch {self._epoch} has begun")
        if self._leader and self._leader.epoch < message.epoch:
            await self._stop_leading(f"the controller prepares epoch {message.epoch}", before=message.epoch)
        storage = self._storage
        await self._env.disk.run(lambda: storage.promise(message.epoch))
        return self.status()

    @handle.register
    async def _on_promote(self, message: Promote) -> Status:
        async with self._changing:
            if self._leader and self._leader.epoch == message.epoch:
                return self.status()
            if message.epoch <= self._storage.last.epoch or message.epoch < self._storage.epoch:
                raise LabError("stale-epoch", f"epoch {message.epoch} is over, epoch {self._epoch} has begun")
            await self._end_leadership(f"promoted to epoch {message.epoch}")
            storage = self._storage
            await self._env.disk.run(lambda: storage.promise(message.epoch))
            self._lead(message)
        return self.status()

    def _lead(self, message: Promote) -> None:
        self._leader = Leader(
            self._env,
            self._cluster,
            self._storage,
            message.epoch,
            self._node.followers,
            self._deposed,
            self._say,
        )
        self._known_leader = self._env.node
        self._freshness.forget()
        self._say("promoted", was="follower", reason=message.reason)
        self._leader.start()

    @handle.register
    async def _on_step_down(self, message: StepDown) -> Status:
        await self._stop_leading(message.reason)
        return self.status()

    @handle.register
    async def _on_shut_down(self, message: ShutDown) -> Stopping:
        self._say("shut-down-by-order", reason=message.reason)
        await self._stop_leading(message.reason)
        return Stopping(node=self._env.node)

    @handle.register
    async def _on_configure(self, message: Configure) -> Status:
        async with self._changing:
            await self._end_leadership("new settings")
            self._cluster = message.settings
            if message.reset:
                await self._begin_anew()
            remember_settings(self._env, message.settings)
        return self.status()

    async def _begin_anew(self) -> None:
        old = self._storage
        await self._env.disk.run(old.close)
        self._env.disk.wipe()
        self._storage = Storage(self._env.disk.connect)
        self._freshness.forget()
        self._known_leader = None
        self._say("emptied", replication=self._cluster.replication, reads=self._cluster.reads)

    @handle.register
    async def _on_ask_status(self, _: AskStatus) -> Status:
        return self.status()

    @handle.register
    async def _on_probe(self, message: Probe) -> Message:
        return await probe(self._env, message)

    def _must_lead(self) -> Leader:
        if self._leader is None:
            text = f"{self._env.node} is a follower; send writes to {self._known_leader or 'the leader'}"
            raise LabError("not-leader", text, leader=self._known_leader)
        return self._leader

    def _follow(self, leader: str) -> None:
        if leader != self._known_leader:
            self._known_leader = leader
            self._freshness.forget()
            if leader != self._env.node:
                self._say("following", leader=leader)

    def _deposed(self, epoch: int, reason: str) -> None:
        """A follower refused our epoch. Its task cannot wait for its own end, so another one does."""
        self._env.tasks.spawn("step-down", self._stop_leading(reason, before=epoch + 1))

    async def _stop_leading(self, reason: str, before: int | None = None) -> None:
        """Stop leading; with `before`, only if the epoch led in is older than that."""
        async with self._changing:
            if self._leader and (before is None or self._leader.epoch < before):
                await self._end_leadership(reason)

    async def _end_leadership(self, reason: str) -> None:
        if self._leader is None:
            return
        leader, self._leader = self._leader, None
        self._known_leader = None
        self._say("demoted", was="leader", of_epoch=leader.epoch, reason=reason)
        await leader.stop(reason)

    def _say(self, event: str, **fields: object) -> None:
        self._env.log.event(
            event,
            role="leader" if self._leader else "follower",
            epoch=self._epoch,
            position=self._storage.last.sequence,
            **fields,
        )
