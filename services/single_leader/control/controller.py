"""The control node: heartbeats to every replica, and the loop that carries out `failover.plan`.

It writes each epoch to its disk before it uses it, so that even a controller that crashes half-way never
appoints two leaders in one epoch. It trusts only answers to its own questions.
"""

import asyncio
from contextlib import suppress
from functools import singledispatchmethod
from typing import Any

from msgspec.structs import replace

from services.bell import Bell
from services.errors import LabError
from services.family import Answers
from services.messages import Message, Status
from services.messages.single_leader import (
    Appoint,
    AskRoute,
    Fence,
    HandOver,
    Heartbeat,
    LeaseGranted,
    Promote,
    Pulse,
    RenewLease,
    Route,
)
from services.node import remember_settings
from services.ports import Env, over_for_everybody_s
from services.settings import NodeSettings
from services.settings.single_leader import RULE, SingleLeaderSettings
from services.single_leader.control import account, failover, operating
from services.single_leader.control.memory import first_view, recall, remember
from services.single_leader.control.switches import Switches
from services.single_leader.control.view import Attempt, Order, View, heard, promised, refused, stopped
from services.trouble import Trouble, disk_may_refuse, is_of_the_disk

ORDER_S = 4.0  # how long an operator waits for an order to be carried out
NO_ROOM_S = 0.2  # between two tries to write to a full disk
LINK_TROUBLE = ("unreachable", "timed-out", "connection-lost")


class Controller:
    """See `services.family.Part`. Watches, decides, appoints; renews leases, and says who leads."""

    def __init__(self, env: Env, settings: NodeSettings) -> None:
        self._env = env
        assert isinstance(settings.cluster, SingleLeaderSettings), settings.cluster
        self._node, self._cluster = settings, settings.cluster
        self._view = self._first_view()
        self._news = Bell()  # rings when there is something to decide
        self._trouble, self._writing = Trouble(self.say), asyncio.Lock()
        self._switches = Switches(env.node, self._call, self.say)

    async def start(self) -> None:
        """Begin to watch every replica and to decide."""
        self.say("started")
        for node in self._view.replicas:
            self._env.tasks.spawn(f"watch-{node}", self._watch(node))
        self._env.tasks.spawn("decide", self._decide())

    async def stop(self, reason: str) -> None:
        """Stop watching."""
        for name in (*map("watch-{}".format, self._view.replicas), "decide"):
            await self._env.tasks.cancel(name)

    def status(self) -> Status:
        """See `Part`."""
        return account.status(self._env.node, self._view, self._cluster, self._env.clock.monotonic())

    def say(self, event: str, **fields: object) -> None:
        """See `Part`."""
        self._env.log.event(event, role="controller", epoch=self._view.epoch, **fields)

    def answers(self) -> Answers:
        """See `Part`."""
        return {
            RenewLease: self._on_renew_lease,
            AskRoute: self._on_ask_route,
            Appoint: self._on_appoint,
            HandOver: self._on_hand_over,
        }

    async def _on_renew_lease(self, message: RenewLease) -> LeaseGranted:
        view = self._view
        if view.attempt or message.node != view.leader or message.epoch != view.epoch:
            raise LabError("stale-epoch", f"{message.node} does not lead in epoch {message.epoch} any more")
        lease_s = self._cluster.lease_ms / 1000
        until = self._env.clock.monotonic() + over_for_everybody_s(lease_s)
        self._view = replace(view, lease_until=until)
        return LeaseGranted(lease_s=lease_s)

    async def _on_ask_route(self, _: AskRoute) -> Route:
        return self._route()

    async def _on_appoint(self, message: Appoint) -> Route:
        operating.check_appointment(self._view, self._cluster, message.node, self._env.clock.monotonic())
        return await self._carry_out(Order(message.node, f"an operator promotes {message.node}"))

    async def _on_hand_over(self, message: HandOver) -> Route:
        """The leader prepares and gives up the lead; the rest is a failover that needs no detection."""
        now, epoch = self._env.clock.monotonic(), self._view.epoch
        wanted = operating.successor(self._view, self._cluster, message.to, now)
        leader = self._view.leader or ""
        limit_s = (2 * self._cluster.acknowledge_timeout_ms + self._cluster.call_timeout_ms) / 1000
        ready = await self._env.network.call(leader, HandOver(to=wanted), limit_s)
        self._note(ready, max(now, self._view.seen[leader].asked_at))
        return await self._passed(epoch, f"{leader} has given up the lead")

    async def _carry_out(self, order: Order) -> Route:
        """Order a failover and return when it is over. Raises `LabError` timed-out."""
        epoch, self._view = self._view.epoch, replace(self._view, order=order)
        self._news.ring()
        return await self._passed(epoch, f"it has begun ({order.reason})")

    async def _passed(self, epoch: int, so_far: str) -> Route:
        deadline = self._env.clock.monotonic() + ORDER_S
        while self._view.epoch == epoch or self._view.attempt:
            if self._env.clock.monotonic() > deadline:
                why = self._route().why_nobody
                raise LabError("timed-out", f"{so_far}, but nobody leads yet{why and f': {why}'}")
            await self._env.clock.sleep(failover.glance_s(self._cluster))
        return self._route()

    async def configure(self, settings: SingleLeaderSettings, reset: bool) -> None:
        """See `Part`. If only the acknowledgement rule changes, the controller goes on watching."""
        if not reset and settings == self._cluster.with_those_of(settings, *RULE):
            with disk_may_refuse():
                remember_settings(self._env, settings)
            self._cluster = settings
            return
        await self.stop("new settings")
        try:
            with disk_may_refuse():
                if reset:
                    await self._env.disk.wipe()
                remember_settings(self._env, settings)
            self._cluster = settings
        finally:
            self._view = self._first_view()
            await self.start()

    def _first_view(self) -> View:
        memory = recall(self._env.disk)
        self._used = memory.used
        return first_view(memory, self._node.replicas, self._env.clock.monotonic(), self._cluster)

    async def _remember(self, used: int, **changes: Any) -> None:
        """Change the view once the change is on the disk; else raise `LabError` storage-failed."""
        async with self._writing:  # what is written includes all that was remembered before
            used = max(used, self._used)
            with self._trouble.noticed("memory"):
                await remember(self._env.disk, used, replace(self._view, **changes))
            self._used, self._view = used, replace(self._view, **changes)

    def _route(self) -> Route:
        return account.route(self._view, self._cluster, self._env.clock.monotonic())

    async def _watch(self, node: str) -> None:
        """Ask `node` for its status again and again; its answers are all that the detector knows."""
        while True:
            view = self._view
            message = Heartbeat(epoch=view.epoch, leader=view.leader, members=view.replicas)
            asked_at = self._env.clock.monotonic()
            try:
                reply = await self._call(node, message)
            except LabError:
                pass
            else:
                self._note(reply, asked_at)
                with suppress(LabError):  # no room on the disk: the next answer says it again
                    await self._count_newcomers(reply)
            await self._env.clock.sleep(self._cluster.heartbeat_ms / 1000)

    def _note(self, status: Message, asked_at: float) -> None:
        assert isinstance(status, Pulse), status
        now = self._env.clock.monotonic()
        self._view = heard(self._view, status, asked_at, now)
        if self._view.attempt is None and failover.plan(self._view, self._cluster, now):
            self._news.ring()

    async def _count_newcomers(self, status: Message) -> None:
        """Count replicas that the leader says have caught up: remember them, then watch them."""
        assert isinstance(status, Pulse), status
        view = self._view
        if view.attempt or (status.node, status.epoch) != (view.leader, view.epoch):
            return
        for node in status.caught_up:
            if node not in self._view.replicas:
                await self._remember(self._used, replicas=(*self._view.replicas, node))
                self.say("replica-joined", newcomer=node)
                self._env.tasks.spawn(f"watch-{node}", self._watch(node))

    async def _decide(self) -> None:
        """Carry out the plan. What the disk cannot record is not done, but retried until there is room."""
        while True:
            self._news.silence()
            try:
                for action in failover.plan(self._view, self._cluster, self._env.clock.monotonic()):
                    await self._perform(action)
            except LabError as error:
                if not is_of_the_disk(error):
                    raise
                await self._env.clock.sleep(NO_ROOM_S)
                continue
            await self._news.rung(failover.patience_s(self._view, self._cluster, self._env.clock.monotonic()))

    @singledispatchmethod
    async def _perform(self, action: failover.Action) -> None:
        raise TypeError(f"no such action: {action}")

    @_perform.register
    async def _begin(self, action: failover.Begin) -> None:
        await self._remember(max(self._used + 1, action.epoch))
        now = self._env.clock.monotonic()
        attempt = Attempt(self._used, action.reason, action.preferred, now)
        self._view = replace(self._view, order=None, attempt=attempt)
        self.say("failover-begun", to_epoch=self._used, reason=action.reason)

    @_perform.register
    async def _fence(self, action: failover.Fence) -> None:
        try:
            reply = await self._call(action.node, Fence(epoch=action.epoch))
        except LabError as error:
            if error.kind.code not in LINK_TROUBLE and (attempt := self._view.attempt):
                self._view = refused(self._view, attempt, action.node)
                self.say("order-refused", target=action.node, reason=str(error))
            return
        attempt = self._view.attempt
        if isinstance(reply, Pulse) and attempt and attempt.epoch == action.epoch:
            self._view = promised(self._view, attempt, action.node, reply.position)
            self.say("fenced", target=action.node, to_epoch=action.epoch, its_position=str(reply.position))

    @_perform.register
    async def _shut_down(self, action: failover.ShutDown) -> None:
        """Only the switch's answer counts: silence or a closed connection may have many causes."""
        is_off = await self._switches.power_off(action.node, action.reason)
        if is_off and (attempt := self._view.attempt):
            self._view = stopped(self._view, attempt, action.node, self._env.clock.monotonic())
            self.say("old-leader-shut-down", target=action.node, reason=action.reason)

    @_perform.register
    async def _promote(self, action: failover.Promote) -> None:
        """If the node refuses, it has led in this epoch before or knows a newer one: begin a newer epoch."""
        await self._ask_nobody_else(action.node)
        asked_at = self._env.clock.monotonic()
        promotion = Promote(epoch=action.epoch, reason=action.reason, members=self._view.replicas)
        try:
            reply = await self._call(action.node, promotion)
        except LabError as error:
            if error.kind.code not in LINK_TROUBLE:
                await self._begin(failover.Begin(action.epoch + 1, str(error), action.node))
        else:
            self._note(reply, asked_at)

    async def _ask_nobody_else(self, node: str) -> None:
        """Record that `node` may lead from now on, even if the order is lost or the controller crashes."""
        if node not in self._view.asked:
            await self._remember(self._used, asked=self._view.asked | {node})
        attempt = self._view.attempt
        assert attempt
        self._view = replace(self._view, attempt=replace(attempt, asked=node))

    @_perform.register
    async def _confirm(self, action: failover.Confirm) -> None:
        now = self._env.clock.monotonic()
        appointed = {"leader": action.node, "epoch": action.epoch, "appointed_at": now}
        await self._remember(self._used, **appointed, asked=frozenset(), attempt=None)
        self._switches.forget()
        self.say("leader-appointed", leader=action.node)
        for gateway in self._node.gateways:
            self._env.tasks.spawn(f"tell-{gateway}", self._tell(gateway))

    async def _tell(self, gateway: str) -> None:
        with suppress(LabError):  # a gateway that does not hear it will ask later
            await self._call(gateway, self._route())

    async def _call(self, link: str, message: Message) -> Message:
        return await self._env.network.call(link, message, self._cluster.call_timeout_ms / 1000)
