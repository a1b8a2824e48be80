"""A replica that replaces its own data with a copy of the leader's, and then follows.

A new replica does that, and so does one that was away for so long that the leader has trimmed what it lacks.
The copy comes over the link in chunks. What has come is on the disk, and so is the name of the copy: after a
cut or a crash the replica goes on where it was. Only a complete copy with the right checksum replaces the
old data, in one atomic rename.

The replica keeps its promises: before the copy is put in place, the epoch it has promised, log tails it has
set aside, and any old log entries that the copy may lack all go into the copy. If its own log has meanwhile
come further than the copy, it discards the copy, because it must not go back behind what it has confirmed.

A leader ships the log to any replica that asks. But only the controller remembers who belongs to the
cluster, and only once the newcomer has caught up. If the leader dies before that, the next leader has never
heard of the newcomer. So a newcomer that hears of no leader asks again, until the controller counts it.
"""

from contextlib import closing, suppress
from functools import partial
from typing import TypeVar

import apsw
import msgspec
from msgspec.structs import replace

from services.errors import LabError
from services.messages import Message
from services.messages.single_leader import (
    AddFollower,
    AskChunk,
    AskCopy,
    AskRoute,
    Chunk,
    CopyReady,
    Pulse,
    Route,
)
from services.single_leader.copying.copies import digest_of
from services.single_leader.standing import COPYING, Standing
from services.single_leader.storage import DATABASE
from services.store import entries as log_table
from services.store.reach import unknown_to
from services.trouble import Trouble, is_of_the_disk

M = TypeVar("M", bound=Message)

MEMORY = "take-copy.json"
INCOMING = "incoming.db"
PATIENCE_S = 5.0  # the link may be slow; a cut that heals ends the wait sooner
EVERYTHING = -1  # SQLite's word for no limit


class Remembered(msgspec.Struct, frozen=True):
    """What is under way: why, and which copy of which leader, once there is one."""

    reason: str
    leader: str | None = None
    copy: CopyReady | None = None
    in_place: bool = False


class OutrunError(Exception):
    """This replica's log has come further than the copy."""


class Newcomer:
    """Takes copies, one at a time; `standing` is that of the replica whose data is replaced."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._env = standing.env
        self._trouble = Trouble(standing.say)

    def begin(self, reason: str) -> None:
        """Take a copy in the background, unless one is under way."""
        remembered = self._recall()
        if remembered is None or remembered.in_place:
            self._remember(Remembered(reason))
        if remembered is None:
            self._spawn(reason)

    def resume(self) -> None:
        """Go on with a copy that a crash interrupted, if there is one."""
        if remembered := self._recall():
            self._spawn(remembered.reason)

    def _spawn(self, reason: str) -> None:
        self._standing.say("takes-a-copy", reason=reason)
        self._env.tasks.spawn(COPYING, self._take())

    async def _take(self) -> None:
        while remembered := self._recall():
            try:
                with self._trouble.noticed(COPYING):
                    await (self._belong() if remembered.in_place else self._try_to_take())
            except LabError as error:  # a full disk only delays it
                if not is_of_the_disk(error):
                    raise
                await self._pause()

    async def _try_to_take(self) -> None:
        try:
            await self._fetch()
            await self._install()
            return
        except LabError as error:
            self._standing.say("copy-interrupted", reason=str(error))
            if error.kind.code in ("copy-gone", "not-leader", "bad-order"):
                self._start_over()
        except apsw.Error as error:
            self._standing.say("copy-unusable", reason=str(error))
            self._start_over()
        await self._pause()

    async def _fetch(self) -> None:
        """Bring the whole copy onto this replica's disk. Raises `LabError`."""
        leader, copy = await self._agreed()
        disk, received = self._env.disk, self._resume_at(copy)
        missing = True
        while missing:
            chunk = await self._ask(leader, AskChunk(name=copy.name, offset=received), Chunk)
            await disk.run(partial(disk.write_bytes, INCOMING, received, chunk.data))
            received += len(chunk.data)
            self._standing.say("copied", received=received, of=copy.size, sender=leader)
            missing = len(chunk.data) == copy.chunk_bytes
            await self._env.clock.sleep(len(chunk.data) / 1000 / self._standing.cluster.copy_kb_per_s)
        if copy.digest and await disk.run(lambda: digest_of(disk, INCOMING, copy.chunk_bytes)) != copy.digest:
            raise LabError("copy-gone", f"what came from {leader} is not the copy that it made")

    async def _agreed(self) -> tuple[str, CopyReady]:
        """Which copy to fetch from whom: the one already begun, if its maker still leads."""
        remembered, leader = self._remembered(), await self._find_leader()
        if remembered.copy and remembered.leader == leader:
            return leader, remembered.copy
        self._env.disk.remove(INCOMING)
        copy = await self._ask(leader, AskCopy(node=self._env.node), CopyReady)
        self._remember(Remembered(remembered.reason, leader, copy))
        self._standing.say("copy-begun", sender=leader, its_position=str(copy.position), size=copy.size)
        return leader, copy

    def _resume_at(self, copy: CopyReady) -> int:
        """The first byte to ask for. The last chunk may be incomplete, so it comes again."""
        whole = max(0, self._env.disk.size(INCOMING) - 1) // copy.chunk_bytes
        return whole * copy.chunk_bytes

    async def _install(self) -> None:
        standing, disk = self._standing, self._env.disk
        try:
            removed = await standing.replace_data(INCOMING, self._carry_over)
        except OutrunError as reason:
            standing.say("copy-not-needed", reason=str(reason))
            disk.remove(INCOMING)
        else:
            if removed:
                standing.say("tail-set-aside", entries=removed, reason="the copy may not contain it")
            standing.say("copy-in-place", size=disk.size(DATABASE))
        self._remember(replace(self._remembered(), in_place=True))

    def _carry_over(self) -> int:
        """Save into the copy what must not be lost with the old data; returns how many entries. Blocks."""
        disk, storage, made = self._env.disk, self._standing.storage, self._remembered().copy
        if made and made.position and storage.last > made.position:
            raise OutrunError(f"this log ends at {storage.last}, the copy at {made.position}")
        with closing(disk.connect(INCOMING)) as copy, closing(disk.connect(DATABASE)) as own:
            tail = unknown_to(copy, log_table.after(own, 0, EVERYTHING))
            rows = list(own.execute("SELECT name, entries FROM set_aside"))
            if tail:
                rows.append(log_table.as_file(tail))
                disk.write_text(*rows[-1])
            with copy:
                copy.execute("UPDATE promise SET epoch = max(epoch, ?)", (storage.epoch,))
                copy.executemany("INSERT OR REPLACE INTO set_aside VALUES (?, ?)", rows)
        return len(tail)

    async def _belong(self) -> None:
        """Return, and forget the copy, once the controller counts this replica or another copy is needed."""
        added_at = None
        while self._remembered().in_place:
            if added_at and self._standing.counted:
                self._env.disk.remove(MEMORY)
                return
            if not added_at or self._hears_nobody_since(added_at):
                added_at = await self._be_added() or added_at
            await self._pause()

    async def _be_added(self) -> float | None:
        """Ask the leader to ship its log; returns the moment from which it does."""
        with suppress(LabError):
            await self._ask(await self._find_leader(), AddFollower(node=self._env.node), Pulse)
            return self._env.clock.monotonic()
        return None

    def _hears_nobody_since(self, moment: float) -> bool:
        heard_at = max(moment, self._standing.heard_at)
        timeout_s = self._standing.cluster.detection_timeout_ms / 1000
        return self._env.clock.monotonic() - heard_at > timeout_s

    async def _find_leader(self) -> str:
        """Who leads, from the first reachable replica that knows. Raises `LabError` no-leader."""
        short_s = self._standing.cluster.call_timeout_ms / 1000
        for node in self._standing.peers:
            try:
                route = await self._ask(node, AskRoute(), Route, short_s)
            except LabError:
                continue
            if route.leader and route.leader != self._env.node:
                return route.leader
        raise LabError("no-leader", "no replica that can be reached knows of a leader")

    async def _ask(self, node: str, message: Message, expected: type[M], timeout_s: float = PATIENCE_S) -> M:
        reply = await self._env.network.call(node, message, timeout_s)
        assert isinstance(reply, expected), reply
        return reply

    async def _pause(self) -> None:
        await self._env.clock.sleep(self._standing.cluster.heartbeat_ms / 1000)

    def _start_over(self) -> None:
        self._remember(Remembered(self._remembered().reason))

    def _remembered(self) -> Remembered:
        remembered = self._recall()
        assert remembered, "a copy is under way"
        return remembered

    def _recall(self) -> Remembered | None:
        text = self._env.disk.read_text(MEMORY)
        return msgspec.json.decode(text, type=Remembered) if text else None

    def _remember(self, remembered: Remembered) -> None:
        self._env.disk.write_text(MEMORY, msgspec.json.encode(remembered).decode())
