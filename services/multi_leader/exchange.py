"""Sending a leader's changes to one other: what that one lacks, in batches, one after the other.

Every answer says how much the other has on its disk, so after a cut, a lost answer or a restart on either
side the next batch begins where it must. When nothing is to be sent, an empty batch goes out as a
heartbeat: from its answer a leader learns of a peer that has lost what it had, and, where the topology has
nothing for that peer, that it is there. Whoever has not answered for the detection timeout is *gone*.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from services.bell import Bell
from services.errors import LabError
from services.messages.multi_leader import Change, Changes, Taken
from services.multi_leader.leader import Leader
from services.ports import Env
from services.replies import of_type
from services.settings.multi_leader import MultiLeaderSettings
from services.trouble import disk_may_refuse

SHIP_TIMEOUT_S = 5.0  # patient with slow links; a cut that heals closes the connection sooner


class Exchange:
    """One leader's way to the leader `peer`; `origins` says whose changes it is to be sent."""

    def __init__(
        self,
        env: Env,
        leader: Leader,
        peer: str,
        settings: MultiLeaderSettings,
        origins: Callable[[], Sequence[str]],
        say: Callable[..., None],
    ) -> None:
        self._env, self._leader, self._settings = env, leader, settings
        self._peer, self._origins, self._say = peer, origins, say
        self._is_catching_up = False
        self.confirmed = leader.storage.confirmed(peer)
        self.news = Bell()  # rings when there is more
        self._remembered = dict(self.confirmed)
        self._awaited: list[tuple[int, asyncio.Future[None]]] = []
        self._heard_s = env.clock.monotonic()

    @property
    def is_gone(self) -> bool:
        """Has the peer not answered for so long that it must be taken for dead?"""
        silent_s = self._env.clock.monotonic() - self._heard_s
        return silent_s > self._settings.detection_timeout_ms / 1000

    async def has(self, sequence: int) -> None:
        """Wait until the peer has this leader's change of that number on its disk."""
        if self.confirmed.get(self._env.node, 0) < sequence:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._awaited.append((sequence, future))
            await future

    def lacking(self) -> int:
        """How many changes the peer is to have and has not confirmed."""
        known = self._leader.known
        return sum(max(0, known.get(o, 0) - self.confirmed.get(o, 0)) for o in self._origins())

    async def run(self) -> None:
        """Send, again and again, until cancelled."""
        heartbeat_s = self._settings.heartbeat_ms / 1000
        while True:
            self.news.silence()
            batch = Changes(sender=self._env.node, changes=self._next_batch())
            try:
                reply = of_type(await self._env.network.call(self._peer, batch, SHIP_TIMEOUT_S), Taken)
            except LabError:
                await self._env.clock.sleep(heartbeat_s)
                continue
            was_gone, self._heard_s = self.is_gone, self._env.clock.monotonic()
            moved = reply.known != self.confirmed
            self._note(dict(reply.known))
            self._tell(was_gone)
            if not self.lacking():
                await self._remember()
                await self.news.rung(heartbeat_s)
            elif not moved:
                await self._env.clock.sleep(heartbeat_s)

    def _note(self, known: dict[str, int]) -> None:
        self.confirmed, own = known, known.get(self._env.node, 0)
        for sequence, future in self._awaited:
            if sequence <= own and not future.done():
                future.set_result(None)
        self._awaited = [each for each in self._awaited if not each[1].done()]

    def _tell(self, was_gone: bool) -> None:
        """Who was away for long and lacks something is news, and so is that it has everything again."""
        lacking = self.lacking()
        if was_gone and lacking:
            self._is_catching_up = True
            self._say("peer-is-back", peer=self._peer, lacks=lacking)
        elif self._is_catching_up and not lacking:
            self._is_catching_up = False
            self._say("peer-has-everything", peer=self._peer)

    def _next_batch(self) -> list[Change]:
        """Some of each origin's: what waits there for another's change must not keep that one out."""
        known, confirmed = self._leader.known, self.confirmed
        lacking = [each for each in self._origins() if known.get(each, 0) > confirmed.get(each, 0)]
        batch = list[Change]()
        for place, origin in enumerate(lacking):
            room = (self._settings.batch_entries - len(batch)) // (len(lacking) - place)
            batch += self._leader.storage.after(origin, confirmed.get(origin, 0), max(1, room))
        return batch

    async def _remember(self) -> None:
        """Keep what the peer has, once it has all; it is on the disk seldom enough to cost nothing."""
        if self.confirmed == self._remembered:
            return
        peer, known = self._peer, dict(self.confirmed)
        with suppress(LabError), disk_may_refuse():
            await self._env.disk.run(lambda: self._leader.storage.confirm(peer, known))
            self._remembered = known
