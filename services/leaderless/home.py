"""A replica without a leader: a home of keys, and a coordinator for every client that asks it.

As a home it merges what it is told into what it has, and answers reads from that. What it has confirmed is
on its disk. With `anti_entropy` it also compares itself with the other homes.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import apsw

from services.errors import LabError
from services.family import Answers
from services.groups.ring import ring_of
from services.leaderless.anti_entropy import TASK, AntiEntropy
from services.leaderless.collecting import TASK as COLLECT
from services.leaderless.collecting import Collecting, must_collect
from services.leaderless.coordinator import Coordinator
from services.leaderless.currency import Currency
from services.leaderless.hints import Hints
from services.leaderless.merkle import Tree
from services.leaderless.table import Change, Merged, Table
from services.messages import (
    Contents,
    Execute,
    Executed,
    Message,
    Read,
    ReadContents,
    ReadResult,
    Status,
    Value,
    Write,
    Written,
)
from services.messages.leaderless import (
    AskDigests,
    AskKeys,
    DropTombstone,
    Exchange,
    Fetched,
    FetchVersions,
    HomeStatus,
    Stored,
    StoreVersions,
    WriteVersion,
)
from services.messages.versions import Versions
from services.ports import Env
from services.settings import NodeSettings
from services.settings.leaderless import LeaderlessSettings
from services.store.group_commit import GroupCommit
from services.versions.merging import MERGING
from services.working import Working

COMMIT = "commit"
MANY_SIBLINGS = 25  # of one key: some client does not merge what it reads


class Home(Working[LeaderlessSettings]):
    """See `services.family.Part`. It does not know what it missed while it was away."""

    role = "home"

    def __init__(self, env: Env, node: NodeSettings) -> None:
        super().__init__(env, node, LeaderlessSettings)

    def answers(self) -> Answers:
        """See `Part`."""
        return {
            StoreVersions: self._store,
            WriteVersion: self._write_version,
            FetchVersions: self._fetch,
            DropTombstone: self._drop_tombstone,
            AskDigests: lambda message: self._anti_entropy.on_ask_digests(message),
            AskKeys: lambda message: self._anti_entropy.on_ask_keys(message),
            Exchange: lambda message: self._anti_entropy.on_exchange(message),
            ReadContents: self._read_contents,
            Write: self._write,
            Read: self._read,
            Execute: self._execute,
        }

    async def stop(self, reason: str) -> None:
        """Refuse what is not on the disk yet, and close it."""
        self._works = False
        for task in (TASK, COLLECT):
            await self._env.tasks.cancel(task)
        await self._collecting.stop()
        await self._coordinator.stop()
        self._commit.fail(LabError("shutting-down", f"{self._env.node} takes no more: {reason}"))
        await self._env.tasks.cancel(COMMIT)
        if self._hints is not None:
            await self._hints.stop(reason)
        self._table.reader.close()  # here, because it is read from here
        await self._env.disk.run(self._table.close)

    def status(self) -> Status:
        """What it holds. It owes its hints, the answers it waits for, and one more while it does not work."""
        under_way, hints = self._coordinator.under_way, self._hints.owed if self._hints else 0
        return Status(
            node=self._env.node,
            role=self.role,
            mark=self._table.digest,
            owes=under_way + hints + (not self._works),
            settings=self._settings,
            detail=HomeStatus(
                keys=self._table.keys,
                most_siblings=self._table.most_siblings,
                under_way=under_way,
                hints=hints,
                shared=self._shared(),
                behind_ms=self._currency.behind_ms,
                lacked=self._currency.lacked,
            ),
        )

    async def _store(self, message: StoreVersions) -> Stored:
        if message.keep_for is not None:
            await self._must_keep_hints().keep(message.keep_for, message.key, message.versions)
        else:
            await self._commit.perform(Change(message.key, message.versions))
        return Stored(node=self._env.node)

    async def _write_version(self, message: WriteVersion) -> Fetched:
        merged = await self._commit.perform(Change(message.key, (message.version,), message.seen))
        if len(merged.versions) >= MANY_SIBLINGS:
            self.say("many-siblings", key=message.key, count=len(merged.versions))
        return Fetched(node=self._env.node, versions=merged.versions)

    async def _fetch(self, message: FetchVersions) -> Fetched:
        if message.kept_for is not None:
            versions = self._must_keep_hints().look(message.kept_for, message.key)
        else:
            versions = self._table.look(message.key)
        return Fetched(node=self._env.node, versions=versions, behind_ms=self._must_be_near_enough())

    def _must_be_near_enough(self) -> float | None:
        """How far behind it may be. Raises `LabError` too-far-behind if that exceeds the settings' bound."""
        behind_ms, bound_s = self._currency.behind_ms, self._settings.read_bound_s
        if bound_s is not None and (behind_ms is None or behind_ms > bound_s * 1000):
            how_far = "any time" if behind_ms is None else f"{behind_ms:g} ms"
            text = f"{self._env.node} may be {how_far} behind, the bound is {bound_s:g} s; ask another home"
            raise LabError("too-far-behind", text)
        return behind_ms

    def _must_keep_hints(self) -> Hints:
        if self._hints is None:
            raise LabError(
                "bad-order", "nothing is kept for others here; that takes a quorum 'sloppy' or 'hinted'"
            )
        return self._hints

    async def _drop_tombstone(self, message: DropTombstone) -> Stored:
        must_collect(self._settings)
        await self._drop(message.key, message.versions)
        return Stored(node=self._env.node)

    async def _drop(self, key: str, versions: Versions) -> None:
        await self._commit.perform(Change(key, versions, drops=True))

    async def _write(self, message: Write) -> Written:
        return await self._coordinator.write(message)

    async def _read(self, message: Read) -> ReadResult:
        return await self._coordinator.read(message)

    async def _execute(self, _: Execute) -> Executed:
        raise LabError("bad-request", "there are no SQL tables without a leader; use registers")

    async def _read_contents(self, _: ReadContents) -> Contents:
        registers: dict[str, Value] = {}
        siblings: dict[str, list[Value]] = {}
        mark = self._table.digest
        for key, versions in self._table.all():
            values: list[Value] = [version.value for version in versions if not version.deleted]
            if len(values) == 1:
                registers[key] = values[0]
            elif values:
                siblings[key] = values
        return Contents(node=self._env.node, registers=registers, sets={}, siblings=siblings, mark=mark)

    async def _take(self, cells: Mapping[str, Versions]) -> Mapping[str, Versions]:
        """Merge another home's cells into our own; returns what is then held."""
        changes = [Change(key, versions) for key, versions in cells.items()]
        merged = await asyncio.gather(*map(self._commit.perform, changes))
        return {one.key: one.versions for one in merged}

    async def _send(self, to: str, message: Message, timeout_s: float) -> Message:
        """Send over the link to another home; handle it directly if it is for this one."""
        if to != self._env.node:
            return await self._env.network.call(to, message, timeout_s)
        with own_disk_may_refuse(to):
            if isinstance(message, StoreVersions):
                return await self._store(message)
            if isinstance(message, WriteVersion):
                return await self._write_version(message)
            if isinstance(message, DropTombstone):
                return await self._drop_tombstone(message)
            assert isinstance(message, FetchVersions), message
            return await self._fetch(message)

    def _all_homes_of(self, key: str) -> tuple[str, ...]:
        """In all datacenters, because a delete is over only when all of them know of it."""
        return self._coordinator.plan_for(key).everywhere

    def _shared(self) -> dict[str, int]:
        """What it shares with each other home; where every home has all keys, the mark is enough."""
        settings, everybody = self._settings, self._node.replicas
        if not settings.converges or settings.all_alike(everybody):
            return {}
        return {peer: self._tree_with(peer).root for peer in self._node.followers}

    def _tree_with(self, peer: str) -> Tree:
        """The tree over the keys that this node and `peer` share; rebuilt when something has changed."""
        made = self._trees.get(peer)
        if made is None or made[0] != self._table.changes:
            made = self._trees[peer] = (self._table.changes, self._make_tree(peer))
        return made[1]

    def _make_tree(self, peer: str) -> Tree:
        ring, n, pair = ring_of(self._node.replicas), self._settings.n, {self._env.node, peer}
        digests = self._table.digests
        if n < len(self._node.replicas):
            digests = {key: digest for key, digest in digests.items() if pair <= {*ring.preference(key, n)}}
        return Tree(dict(digests))

    def _has(self) -> Mapping[str, Any]:
        return {"keys": self._table.keys}

    def _is_set_to(self) -> Mapping[str, Any]:
        return {"n": self._settings.n, "w": self._settings.w, "r": self._settings.r}

    def _begin(self) -> None:
        self._env.tasks.spawn(COMMIT, self._commit.run())
        if self._hints is not None:
            self._hints.start()
        if self._settings.tombstones != "kept":
            self._env.tasks.spawn(COLLECT, self._collecting.run())
        if self._settings.anti_entropy:
            self._env.tasks.spawn(TASK, self._anti_entropy.run())

    def _open(self) -> None:
        env, settings = self._env, self._settings
        merging, followers = MERGING[settings.versions], self._node.followers
        self._table = table = Table(env.disk.connect, merging, env.node, settings.obsolete == "refused")
        self._hints = Hints(env, settings, followers, merging, self.say) if settings.keeps_hints else None
        self._trees: dict[str, tuple[int, Tree]] = {}
        self._commit: GroupCommit[Change, Merged] = GroupCommit(env.disk, table.merge_all, table.committed)
        self._coordinator = Coordinator(env, settings, self._node.replicas, self._send, self.say)
        homes = self._all_homes_of
        self._collecting = Collecting(env, settings, table.all, homes, self._send, self._drop, self.say)
        self._currency = Currency(env.lease_clock.now_s, followers, settings.w)
        self._anti_entropy = AntiEntropy(
            *(env, settings, followers, self._tree_with, table.look, self._take, self.say, self._currency)
        )


@contextmanager
def own_disk_may_refuse(node: str) -> Iterator[None]:
    """Turn an error of this node's own disk into the failure of one home, as its coordinator expects it."""
    try:
        yield
    except apsw.Error as error:
        raise LabError("storage-failed", f"the disk of {node} failed: {error}") from error
