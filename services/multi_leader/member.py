"""A replica that leads: it answers clients from its own disk, and shares its changes in the background."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from msgspec.structs import replace

from services.errors import LabError
from services.family import Answers
from services.messages import Contents, Read, ReadContents, ReadResult, Status, Write, Written
from services.messages.multi_leader import (
    AskConflicts,
    Changes,
    CopyPage,
    Edit,
    Edited,
    InConflict,
    OriginStatus,
    Taken,
    Transact,
    Transacted,
)
from services.multi_leader import conflicts, trimming
from services.multi_leader.documents.desk import Desk
from services.multi_leader.exchange import Exchange
from services.multi_leader.handlers import handler_of
from services.multi_leader.homes import homes_of, with_devices
from services.multi_leader.knowledge import dot_of
from services.multi_leader.leader import Done, Leader
from services.multi_leader.numbering import Numbering
from services.multi_leader.resolvers import Resolvers
from services.multi_leader.showing import conflicts_under, contents_of, read_of
from services.multi_leader.source import Alone
from services.multi_leader.stamping import stamps_of
from services.multi_leader.storage import opened
from services.multi_leader.topologies import Routes, topology_of
from services.ports import Env
from services.settings import NodeSettings
from services.settings.multi_leader import MultiLeaderSettings
from services.store.group_commit import GroupCommit
from services.versions import dotted, vectors
from services.working import Working

COMMIT, DOCUMENTS = "commit", "documents"


class Member(Working[MultiLeaderSettings]):
    """See `services.family.Part`."""

    role = "leader"

    def __init__(self, env: Env, node: NodeSettings) -> None:
        self._waiting: dict[str, int] = {}  # of each origin, the waiting change that was logged last
        super().__init__(env, node, MultiLeaderSettings)

    def answers(self) -> Answers:
        """See `Part`."""
        of_clients: Answers = {Write: self._write, Read: self._read, Transact: self._transact}
        looks: Answers = {AskConflicts: self._conflicts_of, ReadContents: self._contents}
        return {
            **of_clients,
            **looks,
            Changes: self._changes,
            CopyPage: self._page,
            Edit: self._edit,
        }

    async def stop(self, reason: str) -> None:
        """End the work and close the database."""
        self._works = False
        self._commit.fail(LabError("shutting-down", f"{self._env.node} takes no more writes: {reason}"))
        for task in (COMMIT, DOCUMENTS, trimming.TASK, *map(_task, self._exchanges)):
            await self._env.tasks.cancel(task)
        self._leader.storage.close_reader()
        await self._env.disk.run(self._leader.storage.close)

    def status(self) -> Status:
        """What it knows. It owes what the others lack of that, and one more while it does not work."""
        leader = self._leader
        detail = OriginStatus(
            origins=leader.known,
            confirmed={peer: dict(each.confirmed) for peer, each in self._exchanges.items()},
            conflicts=leader.conflicts,
            siblings=leader.siblings,
            locks=self._desk.locks,
            trimmed=dict(leader.floors),
        )
        owes = sum(exchange.lacking() for exchange in self._exchanges.values()) + self._desk.owes
        return Status(
            node=self._env.node,
            role=self.role,
            mark=vectors.text_of(leader.known),
            owes=owes + (not self._works or not self._numbering.is_whole),
            settings=self._settings,
            detail=detail,
        )

    def say(self, event: str, **fields: object) -> None:
        """See `Part`; `position` is the number of its own changes."""
        position = self._leader.known.get(self._env.node, 0)
        super().say(event, position=position, **fields)

    def _must_be_able(self, settings: MultiLeaderSettings) -> None:
        """See `Working`: the application's handler must load."""
        handler_of(settings.handler)

    def _open(self) -> None:
        env, settings = self._env, self._settings
        self._homes = homes_of(replace(self._node, cluster=settings))
        causal = settings.delivery == "causal"
        hops = None if settings.origin_tags else settings.most_hops
        storage, resolvers = opened(env.disk.connect), Resolvers(settings)
        uploads = self._homes if settings.on_return == "overwrite" else {}
        self._leader = Leader(
            *(env.node, env.clock, storage, resolvers),
            causal=causal,
            tagless_hops=hops,
            uploads=uploads,
            stamps=stamps_of(env, settings),
        )
        self._desk = Desk(
            env, self._leader, settings, self._node.replicas, is_typed_on=self.role == "device", say=self.say
        )
        self._topology = topology_of(settings.topology)
        self._drawn = dict[tuple[str, ...], Routes]()  # routes without the leaders that are gone, by these
        self._commit = GroupCommit[Write | Transact, Done](env.disk, self._leader.write_all, self._committed)
        tags, peers = settings.origin_tags, self.peers()
        may_be_new = tags and not self._desk.was_typed_on
        self._numbering = Numbering(
            *(env.node, peers if may_be_new else (), lambda: self._leader),
            now_s=env.clock.monotonic,
            patience_s=settings.detection_timeout_ms / 1000,
            catches_up=self.role == "device" and settings.documents != "none",
        )
        self._source = Alone(env, self._leader, self._numbering, tags=tags)
        self._exchanges = {
            peer: Exchange(
                *(env.clock, self._source, peer, settings, partial(self._origins_for, peer), self.say),
                behind=[device for device, home in self._homes.items() if home == peer],
            )
            for peer in peers
        }

    def peers(self) -> tuple[str, ...]:
        """The nodes to which it may ever ship: the other leaders, and the devices whose home it is."""
        devices = [device for device, home in self._homes.items() if home == self._env.node]
        return (*self._node.followers, *devices)

    def routes(self) -> Routes:
        """Whose changes go to whom now, by the topology and by which leaders are gone."""
        gone = tuple(peer for peer, exchange in self._exchanges.items() if exchange.is_gone)
        if (routes := self._drawn.get(gone)) is None:
            routes = self._drawn[gone] = self._draw(gone)
        return routes

    def _draw(self, gone: Sequence[str]) -> Routes:
        name, leaders = self._env.node, self._node.replicas
        routes = with_devices(self._topology(name, leaders, gone), name, self._homes, leaders)
        if self._settings.origin_tags:
            return routes
        return dict.fromkeys(routes, (self._env.node,))  # all that it hands on counts as its own

    def _origins_for(self, peer: str) -> tuple[str, ...]:
        return self.routes().get(peer, ())

    def _is_set_to(self) -> Mapping[str, Any]:
        return {"conflicts": self._settings.conflicts}

    def _begin(self) -> None:
        self._env.tasks.spawn(COMMIT, self._commit.run())
        self._env.tasks.spawn(DOCUMENTS, self._desk.run())
        trims = trimming.keep_trimming(
            self._env.clock, self._source, self._exchanges.values(), self._settings
        )
        self._env.tasks.spawn(trimming.TASK, trims)
        for peer, exchange in self._exchanges.items():
            self._env.tasks.spawn(_task(peer), exchange.run())

    def _committed(self, done: list[Done]) -> None:
        self._tell(done)
        for exchange in self._exchanges.values():
            if exchange.lacking():
                exchange.news.ring()

    def _tell(self, done: list[Done]) -> None:
        for each in done:
            for conflict in each.conflicts:
                by = each.by or self._settings.conflicts_under(conflict.key)
                conflicts.tell(self.say, conflict, by)

    async def _edit(self, message: Edit) -> Edited:
        self._numbering.must_be_whole()
        reply, done = await self._desk.order(message)
        self._committed(done)
        return reply

    async def _type(self, message: Write) -> Written:
        self._committed(await self._desk.type(message.operation.key, message.operation.value))
        return Written(node=self._env.node, vector=dict(self._leader.known))

    async def _write(self, message: Write) -> Written:
        self._numbering.must_be_whole()
        if self._desk.is_open and message.operation.f == "add":
            return await self._type(message)
        done = await self._commit.perform(message)
        (change,) = done.changes
        if self._settings.detection == "sync":
            await self._everywhere(change.sequence)
        past = dotted.past_in(change.past).with_dot(dot_of(change))
        context = str(past) if message.operation.f != "add" else ""
        return Written(node=self._env.node, vector=dict(self._leader.known), context=context)

    async def _conflicts_of(self, message: AskConflicts) -> InConflict:
        return conflicts_under(self._env.node, self._leader, message.key)

    async def _transact(self, message: Transact) -> Transacted:
        """Reads wait for the disk, too, so what they show is durable and from one moment."""
        self._numbering.must_be_whole()
        done = await self._commit.perform(message)
        if self._settings.detection == "sync" and done.changes:
            await self._everywhere(done.changes[-1].sequence)
        vector = dict(self._leader.known)
        return Transacted(node=self._env.node, vector=vector, results=list(done.results))

    async def _everywhere(self, sequence: int) -> None:
        """Wait until every leader has it. Raises `LabError` not-acknowledged if one does not confirm."""
        within_s = self._settings.acknowledge_timeout_ms / 1000
        try:
            async with asyncio.timeout(within_s):
                await asyncio.gather(*(self._exchanges[peer].has(sequence) for peer in self._voters))
        except TimeoutError:
            lacking = [
                peer
                for peer in self._voters
                if self._exchanges[peer].confirmed.get(self._env.node, 0) < sequence
            ]
            text = f"stored by {self._env.node}, but {', '.join(lacking)} did not confirm in time"
            raise LabError("not-acknowledged", text) from None

    @property
    def _voters(self) -> tuple[str, ...]:
        """The leaders that must have a change before a client waiting for all is answered: no devices."""
        return self._node.followers

    async def _read(self, message: Read) -> ReadResult:
        if message.type == "set" and self._desk.is_open:
            text = self._desk.text(message.key)
            vector = dict(self._leader.known)
            return ReadResult(node=self._env.node, found=bool(text), value=text, vector=vector)
        return read_of(self._env.node, self._leader, message)

    async def _contents(self, _: ReadContents) -> Contents:
        contents = contents_of(self._env.node, self._leader)
        return replace(contents, sets=self._desk.texts(contents.sets))

    async def _changes(self, batch: Changes) -> Taken:
        if batch.changes:
            done = await self._env.disk.run(lambda: self._leader.take(batch.changes))
            self._committed(done)
            if not done and self._settings.delivery == "causal":
                self._note_waiting(batch)
        return Taken(node=self._env.node, known=self._numbering.answer(batch.sender, self._leader.known))

    async def _page(self, page: CopyPage) -> Taken:
        await self._env.disk.run(lambda: self._leader.merge(page))
        if page.knows:
            self.say("took-copy", sender=page.sender, knows=vectors.text_of(self._leader.known))
        self._committed([])
        return Taken(node=self._env.node, known=dict(self._leader.known))

    def _note_waiting(self, batch: Changes) -> None:
        """Log once which change waits here, and for what."""
        known = self._leader.known
        waits = next((each for each in batch.changes if each.sequence > known.get(each.origin, 0)), None)
        if waits is None or self._waiting.get(waits.origin) == waits.sequence:
            return
        self._waiting[waits.origin] = waits.sequence
        lacks = {node: count for node, count in waits.after.items() if known.get(node, 0) < count}
        change = vectors.text_of({waits.origin: waits.sequence})
        self.say("change-waits", sender=batch.sender, change=change, for_changes=vectors.text_of(lacks))


def _task(peer: str) -> str:
    return f"exchange-{peer}"
