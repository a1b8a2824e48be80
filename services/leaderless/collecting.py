"""Collecting tombstones: they must not take up room for ever, but must not go too soon either.

A home that was away during a delete still has the value. If nobody remembers the delete when it returns, the
value looks new, and read repair spreads it: the deleted item is back. *By age*, each home drops its
tombstones after a while, even if another home is still away (Cassandra's `gc_grace_seconds`: a repair has to
run more often than that). *After repair*, the first home of a key asks all homes of the key. Once all have
the tombstone it waits as long again, because older messages may still be under way. If all still have it
then, all drop it.

Each home measures the age itself, from when it first finds the tombstone in its table, with a clock that is
never set. By their stamps, tombstones would look old as soon as some node's wall clock runs ahead.
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
    """The collecting of one home; `cells` is all it holds, `drop` removes a tombstone if it is unchanged."""

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
        """Look for tombstones that may go, again and again."""
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
        """Stop waiting for answers."""
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
    """Since when each tombstone is held; a different tombstone of the same key starts anew."""
    known = {key: since_s for key, (versions, since_s) in before.items() if held.get(key) == versions}
    return {key: (versions, known.get(key, now_s)) for key, versions in held.items()}


def must_collect(settings: LeaderlessSettings) -> None:
    """Raise `LabError` if the settings keep tombstones for ever."""
    if settings.tombstones == "kept":
        raise LabError("bad-order", "tombstones are kept here")
