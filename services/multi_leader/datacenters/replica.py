"""A replica of a datacenter: it leads there or follows, and the leader speaks with the other datacenters.

Inside, everything is as in any single-leader group: a log, epochs, an elected leader, a rule that says when a
write is done. The log holds commands of a `Machine`. The leader ships only what is acknowledged by that
rule, and answers other datacenters only then. Otherwise a leader could tell them of a change and die, and its
successor, which lacks it, would give the same number to another change. (For this reason PostgreSQL 17 lets
logical replication wait for the physical standbys: `synchronized_standby_slots`.)
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from msgspec.structs import replace

from services.errors import LabError
from services.family import Answers
from services.messages import (
    Contents,
    Execute,
    Message,
    Read,
    ReadContents,
    ReadResult,
    Status,
    Write,
    Written,
)
from services.messages.multi_leader import (
    AskConflicts,
    Changes,
    CopyPage,
    InConflict,
    OriginStatus,
    Taken,
    Transact,
    Transacted,
)
from services.multi_leader import conflicts, trimming
from services.multi_leader.datacenters.group import Group
from services.multi_leader.datacenters.machine import Copied, Told
from services.multi_leader.exchange import Exchange
from services.multi_leader.handlers import handler_of
from services.multi_leader.knowledge import dot_of
from services.multi_leader.showing import conflicts_under, contents_of, read_of
from services.multi_leader.topologies import topology_of
from services.ports import Env
from services.settings import NodeSettings
from services.settings.multi_leader import MultiLeaderSettings
from services.single_leader import account
from services.single_leader.standing import Standing
from services.versions import dotted, vectors
from services.working import Working

BEGIN = "begin"


class Replica(Working[MultiLeaderSettings]):
    """See `services.family.Part`."""

    def __init__(self, env: Env, node: NodeSettings) -> None:
        super().__init__(env, node, MultiLeaderSettings)

    def answers(self) -> Answers:
        """See `Part`: what the group's replicas say to each other, and what its leader answers."""
        inner = {kind: partial(self._inside, kind) for kind in self._group.member.answers()}
        return {
            **inner,
            Write: self._write,
            Read: self._read,
            Transact: self._transact,
            AskConflicts: self._conflicts_of,
            ReadContents: self._contents,
            Changes: self._changes,
            CopyPage: self._page,
            Execute: self._execute,
        }

    async def stop(self, reason: str) -> None:
        """End the work and close the database."""
        self._works = False
        for task in (BEGIN, trimming.TASK, *map(_task, self._exchanges)):
            await self._env.tasks.cancel(task)
        await self._group.member.stop(reason)

    def status(self) -> Status:
        """What it knows. A leader owes what followers and other datacenters lack; all owe to work at all."""
        group, inner = self._group, account.status(self._standing)
        exchanges = self._exchanges if group.ships else {}
        machine, is_whole = group.machine, group.numbering.is_whole
        ready = self._works and (is_whole or not group.ships)
        detail = OriginStatus(
            origins=machine.known,
            confirmed={peer: dict(each.confirmed) for peer, each in self._exchanges.items()},
            conflicts=machine.conflicts,
            siblings=machine.siblings,
            datacenter=group.name,
            trimmed=dict(machine.floors),
            epoch=self._standing.epoch,
            leader=self._standing.known_leader,
        )
        return Status(
            node=self._env.node,
            role=self._standing.role,
            mark=vectors.text_of(machine.known),
            owes=inner.owes + sum(each.lacking() for each in exchanges.values()) + (not ready),
            settings=self._settings,
            detail=detail,
        )

    def say(self, event: str, **fields: object) -> None:
        """See `Part`."""
        self._standing.say(event, **fields)

    @property
    def _standing(self) -> Standing:
        return self._group.member.standing

    def _must_be_able(self, settings: MultiLeaderSettings) -> None:
        handler_of(settings.handler)

    def _open(self) -> None:
        env, settings = self._env, self._settings
        self._group = group = Group(env, self._node, settings)
        self._topology = topology_of(settings.topology)
        self._exchanges = {
            peer: Exchange(env.clock, group, peer, settings, partial(self._origins_for, peer), self.say)
            for peer in group.others
        }

    def _has(self) -> Mapping[str, Any]:
        return {"datacenter": self._group.name}

    def _is_set_to(self) -> Mapping[str, Any]:
        return {"conflicts": self._settings.conflicts, "inside": self._settings.inside}

    def _begin(self) -> None:
        self._env.tasks.spawn(BEGIN, self._group.member.start())
        trims = trimming.keep_trimming(self._env.clock, self._group, self._exchanges.values(), self._settings)
        self._env.tasks.spawn(trimming.TASK, trims)
        for peer, exchange in self._exchanges.items():
            self._env.tasks.spawn(_task(peer), exchange.run())

    def _origins_for(self, peer: str) -> tuple[str, ...]:
        gone = [name for name, exchange in self._exchanges.items() if exchange.is_gone]
        names = tuple(self._settings.places)
        return self._topology(self._group.name, names, gone).get(peer, ())

    async def _inside(self, kind: type[Message], message: Message) -> Message:
        """Pass on what concerns the group alone; its member is a new object after an order."""
        reply: Message = await self._group.member.answers()[kind](message)
        return reply

    def _told(self, told: Told) -> Told:
        """It is acknowledged: log its conflicts, and let the other datacenters have it."""
        for each in told.done:
            for conflict in each.conflicts:
                conflicts.tell(self.say, conflict, self._settings.conflicts_under(conflict.key))
        for exchange in self._exchanges.values():
            if exchange.lacking():
                exchange.news.ring()
        return told

    async def _write(self, message: Write) -> Written:
        told = self._told(await self._group.ask(message))
        change = told.done[0].changes[0]
        past = dotted.past_in(change.past).with_dot(dot_of(change))
        context = str(past) if message.operation.f != "add" else ""
        return Written(node=self._env.node, vector=told.known, context=context)

    async def _transact(self, message: Transact) -> Transacted:
        told = self._told(await self._group.ask(message))
        return Transacted(node=self._env.node, vector=told.known, results=list(told.done[0].results))

    async def _read(self, message: Read) -> ReadResult:
        node, group = self._env.node, self._group
        return await group.shown(lambda: read_of(node, group.machine, message))

    async def _conflicts_of(self, message: AskConflicts) -> InConflict:
        node, group = self._env.node, self._group
        return await group.shown(lambda: conflicts_under(node, group.machine, message.key))

    async def _contents(self, _: ReadContents) -> Contents:
        """What this replica has, even as a follower."""
        contents = contents_of(self._env.node, self._group.machine)
        return replace(contents, epoch=self._standing.epoch, set_aside=self._standing.storage.set_aside())

    async def _changes(self, batch: Changes) -> Taken:
        """Take these changes; an empty batch asks how much is acknowledged here."""
        group = self._group
        if batch.changes:
            known = self._told(await group.ask(batch)).known
        else:
            known = await group.shown(lambda: dict(group.machine.known))
        return Taken(node=self._env.node, known=group.numbering.answer(batch.sender, known))

    async def _page(self, page: CopyPage) -> Taken:
        told = self._told(await self._group.ask(Copied(page)))
        if page.knows:
            self.say("took-copy", sender=page.sender, knows=vectors.text_of(told.known))
        return Taken(node=self._env.node, known=told.known)

    async def _execute(self, _: Execute) -> Message:
        raise LabError("bad-request", "several leaders keep registers and sets, and no SQL tables")


def _task(peer: str) -> str:
    return f"exchange-{peer}"
