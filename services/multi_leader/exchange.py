"""Sending a leader's changes to one peer: what the peer lacks, in batches, one after the other.

Every answer says how much the peer has on its disk, so after a cut, a lost answer or a restart on either side
the next batch begins at the right place. When there is nothing to send, an empty batch goes out as a
heartbeat. Its answer tells the leader whether the peer has lost what it had, and, if the topology has nothing
for that peer, that it is there. A peer that has not answered for the detection timeout is *gone*.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from services.bell import Bell
from services.errors import LabError
from services.messages.multi_leader import Change, Changes, Taken
from services.multi_leader.source import Source
from services.ports import Clock
from services.settings.multi_leader import MultiLeaderSettings
from services.versions import vectors


class Exchange:
    """Sends changes to the leader `peer`; `origins` says whose changes it is sent.

    Changes of the devices `behind` it come only from there, because it is their home.
    """

    def __init__(
        self,
        clock: Clock,
        source: Source,
        peer: str,
        settings: MultiLeaderSettings,
        origins: Callable[[], Sequence[str]],
        say: Callable[..., None],
        behind: Sequence[str] = (),
    ) -> None:
        self._clock, self._source, self._settings, self._behind = clock, source, settings, behind
        self._peer, self._origins, self._say = peer, origins, say
        self._is_catching_up = False
        self.news = Bell()  # rings when there is more to send
        self._awaited: list[tuple[int, asyncio.Future[None]]] = []
        self._begin_where_it_was_left()

    @property
    def is_gone(self) -> bool:
        """Has the peer been silent for so long that it is taken for dead?"""
        silent_s = self._clock.monotonic() - self._heard_s
        return silent_s > self._settings.detection_timeout_ms / 1000

    async def has(self, sequence: int) -> None:
        """Wait until the peer has this leader's change of that number on its disk."""
        if self.confirmed.get(self._source.name, 0) < sequence:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._awaited.append((sequence, future))
            await future

    def lacking(self) -> int:
        """How many changes the peer should have but has not confirmed."""
        known = self._source.known
        return sum(max(0, known.get(o, 0) - self.confirmed.get(o, 0)) for o in self._origins())

    async def run(self) -> None:
        """Send, again and again, until cancelled."""
        heartbeat_s = self._settings.heartbeat_ms / 1000
        while True:
            self.news.silence()
            if not self._source.ships:
                self._begin_where_it_was_left()
                await self._clock.sleep(heartbeat_s)
                continue
            try:
                reply = await self._send()
            except LabError:
                await self._clock.sleep(heartbeat_s)
                continue
            was_gone, self._heard_s = self.is_gone, self._clock.monotonic()
            moved = reply.known != self.confirmed
            self._note(dict(reply.known))
            self._tell(was_gone)
            if self._needs_copy:
                continue
            if not self.lacking():
                await self._remember()
                await self.news.rung(heartbeat_s)
            elif not moved:
                await self._clock.sleep(heartbeat_s)

    def _begin_where_it_was_left(self) -> None:
        """Begin from what the peer had confirmed, whichever replica shipped before."""
        self.confirmed = dict(self._source.confirmed(self._peer))
        self._remembered = dict(self.confirmed)
        self._needs_copy = False
        self._heard_s = self._clock.monotonic()

    async def _send(self) -> Taken:
        """Send the next batch, or a copy if the peer lacks trimmed changes or all. Raises `LabError`."""
        if self._needs_copy:
            self._say("sends-copy", peer=self._peer, has=vectors.text_of(self.confirmed) or "nothing")
            self._needs_copy = False
            return await self._source.copy_to(self._peer)
        before = self._source.known
        batch = Changes(sender=self._source.name, changes=self._next_batch())
        reply = await self._source.send(self._peer, batch)
        has_lost = self._source.makes_copies and self._has_lost(reply.known, before)
        self._needs_copy = has_lost or not vectors.covers(reply.known, self._source.floors)
        return reply

    def _has_lost(self, known: Mapping[str, int], before: Mapping[str, int]) -> bool:
        """Does the peer lack what can only have come from there? That much was known here `before`."""
        lost_own = before.get(self._peer, 0) > 0 and not known.get(self._peer)
        return lost_own or any(known.get(each, 0) < before.get(each, 0) for each in self._behind)

    def _note(self, known: dict[str, int]) -> None:
        self.confirmed, own = known, known.get(self._source.name, 0)
        for sequence, future in self._awaited:
            if sequence <= own and not future.done():
                future.set_result(None)
        self._awaited = [each for each in self._awaited if not each[1].done()]

    def _tell(self, was_gone: bool) -> None:
        """Log when a peer that was away for long is back and lacks changes, and when it has all of them."""
        lacking = self.lacking()
        if was_gone and lacking:
            self._is_catching_up = True
            self._say("peer-is-back", peer=self._peer, lacks=lacking)
        elif self._is_catching_up and not lacking:
            self._is_catching_up = False
            self._say("peer-has-everything", peer=self._peer)

    def _next_batch(self) -> list[Change]:
        """Some changes of each origin: one that must wait for another origin's must not keep that one out."""
        known, confirmed = self._source.known, self.confirmed
        lacking = [each for each in self._origins() if known.get(each, 0) > confirmed.get(each, 0)]
        batch = list[Change]()
        for place, origin in enumerate(lacking):
            room = (self._settings.batch_entries - len(batch)) // (len(lacking) - place)
            found = self._source.after(origin, confirmed.get(origin, 0), max(1, room))
            batch += [change for change in found if change.sequence <= known[origin]]
        return batch

    async def _remember(self) -> None:
        """Record what the peer has, once it has everything: seldom enough to cost nothing."""
        if self.confirmed == self._remembered:
            return
        known = dict(self.confirmed)
        with suppress(LabError):
            await self._source.remember(self._peer, known)
            self._remembered = known
