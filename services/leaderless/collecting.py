"""Collecting tombstones: what was deleted is not to take up room for ever, but its tombstone must not go too
soon.

A home that was away during a delete still has the value. If nobody remembers the delete when it returns, the
value is taken for something new, and read repair spreads it: the deleted item is back. *By age* each home
drops its tombstones after a while, whoever may still be away (Cassandra's `gc_grace_seconds`: a repair has
to be run more often than that). *After repair* the first home of a key asks all of its homes, and only if
all of them have the tombstone, all of them drop it.
"""

from collections.abc import Awaitable, Callable, Iterator

from services.errors import LabError
from services.leaderless.asking import Asking, Send
from services.messages.leaderless import DropTombstone, FetchVersions
from services.messages.versions import Versions
from services.ports import Env
from services.settings.leaderless import LeaderlessSettings

TASK = "collect-tombstones"
OFTEN = 4  # looks in the time that a tombstone lives

Cells = Callable[[], Iterator[tuple[str, Versions]]]


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

    async def run(self) -> None:
        """Look again and again for tombstones that may go."""
        grace_s = self._settings.tombstone_grace_ms / 1000
        while True:
            await self._env.clock.sleep(grace_s / OFTEN)
            oldest_us = int((self._env.clock.wall() - grace_s) * 1e6)
            due = [(key, versions) for key, versions in self._cells() if _is_due(versions, oldest_us)]
            gone = 0
            for key, versions in due:
                gone += await self._collect(key, versions)
            if gone:
                self._say("tombstones-collected", count=gone)

    async def stop(self) -> None:
        """Wait for no more answers."""
        await self._asking.stop()

    async def _collect(self, key: str, versions: Versions) -> bool:
        if self._settings.tombstones == "by-age":
            await self._drop(key, versions)
            return True
        homes, timeout_s = self._homes_of(key), self._settings.call_timeout_ms / 1000
        if homes[0] != self._env.node:
            return False
        asked = self._asking.begin(FetchVersions(key=key), homes, len(homes), timeout_s)
        await asked.told.wait()
        if any(found != versions for found in asked.tally.answers.values()) or asked.tally.failures:
            return False
        told = self._asking.begin(DropTombstone(key=key, versions=versions), homes, len(homes), timeout_s)
        await told.told.wait()
        return True


def _is_due(versions: Versions, oldest_us: int) -> bool:
    return all(version.deleted and version.stamp.time_us < oldest_us for version in versions)


def must_collect(settings: LeaderlessSettings) -> None:
    """Raise `LabError` where tombstones are kept for ever."""
    if settings.tombstones == "kept":
        raise LabError("bad-order", "tombstones are kept here")
