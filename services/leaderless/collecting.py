"""Collecting tombstones: what was deleted is not to take up room for ever, but its tombstone must not go too
soon.

A home that was away during a delete still has the value. If nobody remembers the delete when it returns, the
value is taken for something new, and read repair spreads it: the deleted item is back. *By age* each home
drops its tombstones after a while, whoever may still be away (Cassandra's `gc_grace_seconds`: a repair has
to be run more often than that). *After repair* the first home of a key asks all of its homes. Once all of
them have the tombstone it waits for as long again, because what somebody sent before that may still be on its
way; and if all of them still have it, all of them drop it.

Each home counts the time itself, from when it first finds the tombstone among what it holds, and by a clock
that is never set. By their stamps tombstones would be old as soon as somebody's wall clock is ahead.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from math import inf
from typing import TypeAlias

from services.errors import LabError
from services.leaderless.asking import Asking, Send
from services.messages.leaderless import DropTombstone, FetchVersions
from services.messages.versions import Versions
from services.ports import Env
from services.settings.leaderless import LeaderlessSettings

TASK = "collect-tombstones"
OFTEN = 4  # looks in the time that a tombstone lives

Cells = Callable[[], Iterator[tuple[str, Versions]]]
Since: TypeAlias = dict[str, tuple[Versions, float]]  # by key, and by this node's monotonic clock


class Collecting:
    """Of one home; `cells` is all that it holds, `drop` removes a tombstone that is still the same."""

    def __init__(
        self,
        env: Env,
        settings: LeaderlessSettings,
        cells: Cells,
        homes_of: Callable[[str], tuple[str, ...]],
        send: Send,
        drop: Callable[[str, Versions], Awaitable[None]],
        say: Callable[..., None],
    ) -> None:
        self._env, self._settings, self._cells, self._homes_of = env, settings, cells, homes_of
        self._asking, self._drop, self._say = Asking(env, send), drop, say
        self._here: Since = {}  # tombstones that this home holds
        self._everywhere: Since = {}  # those that all homes hold

    async def run(self) -> None:
        """Look again and again for tombstones that may go."""
        grace_s = self._settings.tombstone_grace_ms / 1000
        while True:
            await self._env.clock.sleep(grace_s / OFTEN)
            now_s = self._env.clock.monotonic()
            held = {key: versions for key, versions in self._cells() if _are_tombstones(versions)}
            self._here = _since(self._here, held, now_s)
            for key in [key for key, (same, _) in self._everywhere.items() if held.get(key) != same]:
                del self._everywhere[key]
            gone = 0
            for key, (versions, since_s) in self._here.items():
                if since_s <= now_s - grace_s:
                    gone += await self._collect(key, versions, grace_s)
            if gone:
                self._say("tombstones-collected", count=gone)

    async def stop(self) -> None:
        """Wait for no more answers."""
        await self._asking.stop()

    async def _collect(self, key: str, versions: Versions, grace_s: float) -> bool:
        if self._settings.tombstones == "by-age":
            await self._drop(key, versions)
            return True
        homes, timeout_s = self._homes_of(key), self._settings.call_timeout_ms / 1000
        now_s = self._env.clock.monotonic()
        _, since_s = self._everywhere.get(key, (versions, -inf))
        if homes[0] != self._env.node or now_s - grace_s < since_s:
            return False
        asked = self._asking.begin(FetchVersions(key=key), homes, len(homes), timeout_s)
        await asked.told.wait()
        if any(found != versions for found in asked.tally.answers.values()) or asked.tally.failures:
            self._everywhere.pop(key, None)
            return False
        if key not in self._everywhere:
            self._everywhere[key] = versions, self._env.clock.monotonic()
            return False
        told = self._asking.begin(DropTombstone(key=key, versions=versions), homes, len(homes), timeout_s)
        await told.told.wait()
        return True


def _are_tombstones(versions: Versions) -> bool:
    return bool(versions) and all(version.deleted for version in versions)


def _since(before: Since, held: Mapping[str, Versions], now_s: float) -> Since:
    """Since when each is held: another tombstone of the same key counts anew."""
    known = {key: since_s for key, (versions, since_s) in before.items() if held.get(key) == versions}
    return {key: (versions, known.get(key, now_s)) for key, versions in held.items()}


def must_collect(settings: LeaderlessSettings) -> None:
    """Raise `LabError` where tombstones are kept for ever."""
    if settings.tombstones == "kept":
        raise LabError("bad-order", "tombstones are kept here")
