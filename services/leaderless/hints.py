"""Hinted handoff: a node keeps writes meant for a home that could not be reached, and hands them over later.

Hints have a table of their own, apart from what the node holds as a home. Each hint carries the time at
which it came, by a clock that is never set, and hints expire: a home that is away for longer gets what it
missed by anti-entropy, or not at all. Until the handover, the home and its readers know nothing of the write.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import apsw
import msgspec

from services.errors import LabError
from services.leaderless.table import DATABASE, text_of
from services.messages import Message
from services.messages.leaderless import StoreVersions
from services.messages.versions import Version, Versions
from services.ports import Env
from services.settings.leaderless import LeaderlessSettings
from services.store.group_commit import GroupCommit
from services.trouble import Trouble
from services.versions.merging import Merging

SCHEMA = """
CREATE TABLE IF NOT EXISTS hints(
    home TEXT, key TEXT, versions TEXT NOT NULL, since_s REAL NOT NULL,
    PRIMARY KEY (home, key)) WITHOUT ROWID;
"""
LOOK = "SELECT versions, since_s FROM hints WHERE home = ? AND key = ?"
COMMIT, HAND_OVER = "commit-hints", "hand-over-hints"

_decoder = msgspec.json.Decoder(tuple[Version, ...])


class Hint(NamedTuple):
    """Versions of `key` kept for `home`, since `since_s` on this machine's boot-time clock."""

    home: str
    key: str
    versions: Versions
    since_s: float
    error: LabError | None = None


class HintTable:
    """The hints on the disk. Methods that write block: call them through `Disk.run`."""

    def __init__(self, connect: Callable[[str], apsw.Connection], merging: Merging, now_s: float) -> None:
        """If the machine has restarted, a hint's time may lie after `now_s`; such a hint counts as new."""
        self._merging = merging
        self._writer = connect(DATABASE)
        self._writer.execute(SCHEMA)
        self._writer.execute("UPDATE hints SET since_s = ? WHERE since_s > ?", (now_s, now_s))
        self._reader = connect(DATABASE)
        self.count = self._count()

    def look(self, home: str, key: str) -> Versions:
        """What is kept of `key` for `home`."""
        text = next(self._reader.execute(LOOK, (home, key)), (None,))[0]
        return () if text is None else _decoder.decode(text)

    def keep_all(self, hints: Sequence[Hint]) -> list[Hint]:
        """Merge them into what is kept; a hint is as old as the oldest part left in it. Durable on return."""
        kept: list[Hint] = []
        with self._writer:
            kept += map(self._keep, hints)
        return kept

    def _keep(self, hint: Hint) -> Hint:
        found = next(self._writer.execute(LOOK, (hint.home, hint.key)), None)
        if found is not None:
            versions = self._merging.merged(_decoder.decode(found[0]), hint.versions)
            since_s = hint.since_s if versions == hint.versions else min(found[1], hint.since_s)
            hint = hint._replace(versions=versions, since_s=since_s)
        row = (hint.home, hint.key, text_of(hint.versions), hint.since_s)
        self._writer.execute("INSERT OR REPLACE INTO hints VALUES (?, ?, ?, ?)", row)
        return hint

    def kept_for(self, homes: Sequence[str]) -> list[Hint]:
        """All hints for these homes."""
        query = "SELECT home, key, versions, since_s FROM hints ORDER BY home, key"
        rows = self._reader.execute(query)
        return [
            Hint(home, key, _decoder.decode(text), since) for home, key, text, since in rows if home in homes
        ]

    def drop(self, hints: Sequence[Hint]) -> None:
        """Remove them, except those that have grown meanwhile. Writes, so it blocks."""
        with self._writer:
            for hint in hints:
                row = (hint.home, hint.key, text_of(hint.versions))
                self._writer.execute("DELETE FROM hints WHERE home = ? AND key = ? AND versions = ?", row)

    def counted(self) -> None:
        """Count them anew."""
        self.count = self._count()

    def _count(self) -> int:
        number: int = next(self._reader.execute("SELECT count(*) FROM hints"))[0]
        return number

    def close(self) -> None:
        """Close it for good."""
        self._reader.close()
        self._writer.close()


class Hints:
    """The hints of one node, kept for other homes and handed over as soon as these can be reached."""

    def __init__(
        self,
        env: Env,
        settings: LeaderlessSettings,
        peers: Sequence[str],
        merging: Merging,
        say: Callable[..., None],
    ) -> None:
        self._env, self._settings, self._peers, self._say = env, settings, peers, say
        self._trouble = Trouble(say)
        self._table = table = HintTable(env.disk.connect, merging, env.clock.boottime())
        self._commit: GroupCommit[Hint, Hint] = GroupCommit(
            env.disk, table.keep_all, lambda _: table.counted()
        )

    @property
    def owed(self) -> int:
        """How many hints wait to be handed over."""
        return self._table.count

    def look(self, home: str, key: str) -> Versions:
        """What is kept of `key` for `home`."""
        return self._table.look(home, key)

    def start(self) -> None:
        """Store hints and hand them over, in the background."""
        self._env.tasks.spawn(COMMIT, self._commit.run())
        self._env.tasks.spawn(HAND_OVER, self._keep_handing_over())

    async def stop(self, reason: str) -> None:
        """Refuse what is not on the disk yet, and close the table."""
        await self._env.tasks.cancel(HAND_OVER)
        self._commit.fail(LabError("shutting-down", f"{self._env.node} takes no more: {reason}"))
        await self._env.tasks.cancel(COMMIT)
        await self._env.disk.run(self._table.close)

    async def keep(self, home: str, key: str, versions: Versions) -> None:
        """Keep them for `home`; they are on the disk when this returns."""
        await self._commit.perform(Hint(home, key, versions, self._env.clock.boottime()))
        self._say("hint-kept", **{"for": home, "key": key})

    async def _keep_handing_over(self) -> None:
        while True:
            await self._env.clock.sleep(self._settings.handoff_ms / 1000)
            if not self.owed:
                continue
            for peer in self._peers:
                await self._hand_over(peer)

    async def _hand_over(self, home: str) -> None:
        """Hand `home` its hints and drop those that are too old; hints that it does not take stay."""
        expired: list[Hint] = []
        taken: list[Hint] = []
        can_be_reached = True
        for hint in self._table.kept_for([home]):
            if hint.since_s < self._env.clock.boottime() - self._settings.hint_ms / 1000:
                expired.append(hint)
            elif can_be_reached:
                message = StoreVersions(key=hint.key, versions=hint.versions)
                can_be_reached = await self._taken(home, message)
                taken += [hint] if can_be_reached else []
        try:
            await self._forget([*expired, *taken])
        except LabError:
            return  # the disk is full; they are handed over again, which does no harm
        for event, some in (("hints-expired", expired), ("handed-home", taken)):
            if some:
                self._say(event, to=home, count=len(some))

    async def _forget(self, hints: Sequence[Hint]) -> None:
        """Drop them. Raises `LabError` storage-failed, which is in the log already."""
        if hints:
            with self._trouble.noticed("forget-hints"):
                await self._env.disk.run(lambda: self._table.drop(hints))
            self._table.counted()

    async def _taken(self, home: str, message: Message) -> bool:
        try:
            await self._env.network.call(home, message, self._settings.call_timeout_ms / 1000)
        except LabError:
            return False
        return True
