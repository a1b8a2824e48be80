"""Shipping the leader's log to one follower: what it lacks, in order, in batches, one after the other.

The answer says how far the follower's log is durable. What the leader's own disk is still writing may be on
its way already. When there is nothing to send, an empty batch goes out as a heartbeat. A follower that was
away simply answers with its last durable position, and the next batch begins there. If that part of the log
has been trimmed, the leader tells it to take a copy of everything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from services.bell import Bell
from services.errors import LabError
from services.messages import START, Entry, Operation, Position
from services.messages.records import Frames
from services.messages.single_leader import Append, Appended, Pulse, TakeCopy
from services.ports import Env, over_for_everybody_s
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.acknowledgement import FollowerView
from services.single_leader.storage import Storage
from services.single_leader.tail import Tail
from services.single_leader.watermark import Watermark

GATHER_S = 0.005  # if no client waits for followers, a batch may wait to grow
SHIP_TIMEOUT_S = 5.0  # like a replication stream, patient with slow links; a cut that heals closes it sooner


@dataclass
class Follower:
    """The leader's side of one follower.

    A newcomer is not a `member` yet. Once it has `caught_up`, a write must meet both rules, with it and
    without it, until the controller counts it as well.
    """

    shipped: Position  # where the next batch begins: the follower is thought to have this
    view: FollowerView
    asked_at: float  # when the message it answered last was sent, by the `LeaseClock`
    member: bool = True
    caught_up: bool = True
    durable: Watermark = field(default_factory=Watermark)  # the same as in `view`, but one can wait for it
    news: Bell = field(default_factory=Bell)  # rings when the log has grown
    clock: float | None = None  # the follower's own, from its last reply, to be echoed


class Shipping:
    """Ships the log of the leader of `epoch`; calls `moved` when a follower has more than before.

    It tells followers how fresh they are only while it `may_vouch` for its log, that is, while its lease is
    valid. Afterwards a successor may have written, and a follower that hears only this leader would not know.
    """

    def __init__(
        self,
        env: Env,
        settings: SingleLeaderSettings,
        storage: Storage,
        epoch: int,
        acknowledged: Callable[[], int],
        may_vouch: Callable[[], bool],
        moved: Callable[[], None],
        deposed: Callable[[int, str], None],
        say: Callable[..., None],
    ) -> None:
        self._env, self._settings, self._storage, self._epoch = env, settings, storage, epoch
        self._acknowledged, self._may_vouch = acknowledged, may_vouch
        self._moved, self._deposed, self._say = moved, deposed, say
        self._opened = storage.last.sequence + 1
        self.end = storage.last  # of the log, with what is still being written
        self._tail = Tail(storage, settings.log_retention_entries)

    def adopt(self, settings: SingleLeaderSettings) -> None:
        """See `Leader`."""
        self._settings = settings

    def extend(self, entries: list[Entry]) -> bool:
        """The log has grown by these entries; False if followers get them already."""
        if entries and entries[-1].position <= self.end:
            return False
        self._tail.extend(entries)
        self.end = entries[-1].position if entries else self.end
        return True

    def foretell(self, operations: Sequence[Operation]) -> bool:
        """Ship the entries of these operations, which the disk writes meanwhile; False if they are too many.

        Until they are durable here, only the tail in memory has them.
        """
        if len(operations) > self._tail.most:
            return False
        numbered = enumerate(operations, self.end.sequence + 1)
        return self.extend(
            [Entry(Position(self._epoch, number), operation) for number, operation in numbered]
        )

    def may_read_s(self) -> float:
        """For how long a follower may answer bounded reads after it was heard from."""
        bounded = self._settings.reads == "bounded"
        return over_for_everybody_s(self._settings.read_bound_ms / 1000) if bounded else 0.0

    async def ship(self, name: str, follower: Follower) -> None:
        """Send, again and again, until cancelled."""
        while True:
            follower.news.silence()
            batch = self._next_batch(follower)
            asked_at = self._env.lease_clock.now_s()
            try:
                if self._lacks_what_is_gone(batch):
                    await self._offer_copy(name, follower, batch.entries[0].position.sequence)
                    continue
                reply = await self._env.network.call(name, batch, SHIP_TIMEOUT_S)
            except LabError as error:
                if error.kind.code == "stale-epoch":
                    self._deposed(self._epoch, error.text)
                await self._env.clock.sleep(self._settings.heartbeat_ms / 1000)
                continue
            assert isinstance(reply, Appended), reply
            follower.asked_at = asked_at
            self._note(name, follower, batch, reply)
            if batch.entries and reply.fits and follower.shipped <= batch.previous:
                await self._env.clock.sleep(self._settings.heartbeat_ms / 1000)  # it got nowhere
            elif reply.fits:
                await self._news_or_heartbeat(follower)

    def _next_batch(self, follower: Follower) -> Append:
        return Append(
            leader=self._env.node,
            epoch=self._epoch,
            previous=follower.shipped,
            entries=self._tail.after(follower.shipped.sequence, self._settings.batch_entries),
            last=self._storage.last,
            acknowledged=self._acknowledged(),
            echo=follower.clock if self._may_vouch() else None,
        )

    def _lacks_what_is_gone(self, batch: Append) -> bool:
        gone = not follows_on(batch.entries, batch.previous) or any(
            map(self._was_before_upgrade, batch.entries)
        )
        return self._settings.on_log_gone == "snapshot" and gone

    def _was_before_upgrade(self, entry: Entry) -> bool:
        """Was it written in a storage format other than the leader's present one?"""
        form = self._storage.tables.form
        return isinstance(entry.record, Frames) and entry.record.form != form

    async def _offer_copy(self, name: str, follower: Follower, first: int) -> None:
        """Tell it to take a copy; shipping then goes on from wherever the follower is.

        Not if it has meanwhile reached the sequence `first` in this leader's log. A log of older epochs may
        be as long, yet different.
        """
        reason = f"{self._env.node} no longer has what follows {follower.shipped}, or not in its own format"
        offer = TakeCopy(reason=reason, unless_at=Position(self._epoch, first))
        reply = await self._env.network.call(name, offer, SHIP_TIMEOUT_S)
        assert isinstance(reply, Pulse), reply
        follower.shipped = self._storage.newest_up_to(reply.position)
        await self._env.clock.sleep(self._settings.heartbeat_ms / 1000)

    def _note(self, name: str, follower: Follower, batch: Append, reply: Appended) -> None:
        follower.clock = reply.clock
        may_read_until = self._env.clock.monotonic() + self.may_read_s()
        if not reply.fits:
            follower.shipped = self._meeting_point(follower.shipped, reply.position)
            follower.view = replace(follower.view, may_read_until=may_read_until)
            return
        follower.shipped = self._certainly_shared(batch, reply.position)
        durable = follower.shipped.sequence
        follower.durable.raise_to(durable)
        follower.view = FollowerView(durable, may_read_until)
        if not follower.caught_up and durable >= max(self._acknowledged(), self._opened):
            follower.caught_up = True
            self._say("newcomer-caught-up", follower=name)
        self._moved()

    def _certainly_shared(self, batch: Append, theirs: Position) -> Position:
        """How far a follower has this log, if it has this batch and its own log ends at `theirs`.

        That may be in another epoch's tail, which proves nothing beyond the batch.
        """
        being_written = self._storage.last < theirs <= self.end
        if being_written or self._storage.newest_up_to(theirs) == theirs:
            return theirs
        return batch.entries[-1].position if batch.entries else batch.previous

    def _meeting_point(self, tried: Position, theirs: Position) -> Position:
        """A place before `tried` where both logs may still agree; each time it lies in an earlier epoch."""
        before = Position(tried.epoch, tried.sequence - 1)
        return self._storage.newest_up_to(min(theirs, before)) if tried.sequence > 1 else START

    async def _news_or_heartbeat(self, follower: Follower) -> None:
        """Wait for more to send; if no client waits for followers, until it is worth a batch."""
        settings, lacks = self._settings, self.end.sequence - follower.shipped.sequence
        if lacks <= 0 and not await follower.news.rung(settings.heartbeat_ms / 1000):
            return
        if not settings.followers_matter and lacks < settings.batch_entries:
            await self._env.clock.sleep(GATHER_S)


def follows_on(entries: list[Entry], previous: Position) -> bool:
    """True unless something is missing between `previous` and the first of `entries`."""
    return not entries or entries[0].position.sequence == previous.sequence + 1
