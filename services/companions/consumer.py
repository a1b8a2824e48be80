"""A consumer beside the cluster: it learns what changed, and keeps a copy of another kind.

It runs as a process of its own, may be killed at any moment, and resumes from the place stored on its own
disk. The setting `feed` says how it learns of changes; see `services.companions.feeds`.

The present leader checks the consumer's place against its log. Where they part, a failover undid what came
after, so the consumer undoes it here, too. If the log no longer reaches back that far, the copy begins anew
with a snapshot. The consumer does not believe a leader older than one it has heard from: that leader does not
know yet that its epoch is over.

Only the disk's one thread touches the copy, where nothing is half done between two jobs.
"""

from typing import Any

from msgspec.structs import replace

from services.companions.companion import Companion
from services.companions.documents import Documents
from services.companions.feeds import FEEDS, TABLE, PartedError, snapshot
from services.companions.targets import SearchIndex, Target
from services.errors import LabError
from services.messages import Contents, Executed, Message, ReadContents, kind_of
from services.messages.single_leader.feed import LogPage, ReadLog
from services.ports import Disk
from services.settings.single_leader import SingleLeaderSettings
from services.trouble import is_of_the_disk

IDLE_S = 0.05
POLL_S = 0.3
PASSES = frozenset(  # errors of a failover, a link fault or a full queue: they pass soon
    {"not-leader", "no-leader", "stale-epoch", "lease-expired", "shutting-down", "overloaded"}
    | {"unreachable", "connection-lost", "timed-out", "not-acknowledged"}
)


class Consumer(Companion):
    """Base of the roles `indexer` and `carrier`, which differ in what they keep."""

    target: Target
    cluster: SingleLeaderSettings
    settings_kind = SingleLeaderSettings  # only this family has a log to follow

    async def begin(self) -> None:
        """Open the copy and go on from its place."""
        self.target = self.open_target(self.env.disk)
        self._leader = self.node.replicas[0]
        self._newest_epoch = self.target.place.position.epoch
        self._complaint = ""  # why nothing moves; logged once
        self._say("consumes", feed=self.cluster.feed, place=str(self.target.place))
        self.env.tasks.spawn("consume", self._consume())

    async def end(self) -> None:
        """Stop and close the copy."""
        await self.env.tasks.cancel("consume")
        await self.env.disk.run(self.target.close)

    def open_target(self, disk: Disk) -> Target:
        """The copy on this disk."""
        raise NotImplementedError

    async def answer(self, message: Message) -> Message:
        """See `Companion`."""
        if not isinstance(message, ReadContents):
            raise LabError("bad-request", f"a consumer has no use for a {kind_of(message)}")
        target, position = self.target, self.position  # what is read afterwards is at least as new
        known, changes = await self.env.disk.run(lambda: (target.known(), target.changes()))
        return Contents(
            node=self.env.node,
            epoch=position.epoch,
            position=position,
            registers={f"{TABLE}/{name}": price for name, price in known.items()},
            sets={f"changes/{TABLE}": [[f"{TABLE}/{name}", price] for name, price in changes]},
            tables={f"{TABLE}/{name}": {"price": price} for name, price in known.items()},
        )

    async def _consume(self) -> None:
        while True:
            try:
                moved = await self._move()
            except LabError as error:
                self._note_refusal(error)
                if not is_of_the_disk(error):
                    self._leader = error.leader or self._next_replica()
                moved = False
            else:
                self._complaint = ""
            if not moved or self.cluster.feed == "poll":
                await self.env.clock.sleep(POLL_S if self.cluster.feed == "poll" else IDLE_S)

    async def _move(self) -> bool:
        """Take one step: forward, back to where the logs agree, or anew. Raises `LabError`."""
        try:
            return await self._take_a_page()
        except PartedError as parted:
            await self._go_back(parted)
        except LabError as error:
            if error.kind.code != "log-gone":
                raise
            await self._begin_anew(error.text)
        return True

    async def _take_a_page(self) -> bool:
        target = self.target
        known = await self.env.disk.run(target.known)
        page = await FEEDS[self.cluster.feed](self._ask, target.place, known)
        moved = page.place != target.place
        if moved:
            with self.trouble.noticed("changes"):
                await self.env.disk.run(lambda: target.apply(page.changes, page.place))
        self.position = page.seen or self.position
        return moved

    async def _go_back(self, parted: PartedError) -> None:
        target, was = self.target, self.target.place
        with self.trouble.noticed("changes"):
            undone = await self.env.disk.run(lambda: target.go_back(parted.meets))
        if undone is None:
            await self._begin_anew(f"{parted}, which is before the snapshot that it began with")
        else:
            place = str(target.place)
            self._say("changes-undone", changes=undone, was=str(was), place=place, reason=str(parted))

    async def _begin_anew(self, reason: str) -> None:
        """Replace the copy with a snapshot of the table."""
        target, was = self.target, self.target.place
        rows, place = await snapshot(self._ask)
        with self.trouble.noticed("changes"):
            await self.env.disk.run(lambda: target.begin_anew(rows, place))
        self._say("took-a-snapshot", rows=len(rows), was=str(was), place=str(place), reason=reason)

    async def _ask(self, message: Message, expected: type[Any]) -> Any:
        if isinstance(message, ReadLog) and not self.cluster.feed_epochs:
            message = replace(message, by_number=True)
        reply = await self.env.network.call(self._leader, message, self.cluster.call_timeout_ms / 1000)
        assert isinstance(reply, expected), reply
        if isinstance(reply, LogPage | Executed):
            if reply.epoch < self._newest_epoch:
                text = f"{reply.node} leads in epoch {reply.epoch}, which is over"
                raise LabError("stale-epoch", text)
            self._newest_epoch = reply.epoch
        return reply

    def _note_refusal(self, error: LabError) -> None:
        code = error.kind.code
        if code not in PASSES and code != self._complaint and not is_of_the_disk(error):
            self._complaint = code
            self._say("consumer-waits", place=str(self.target.place), reason=str(error))

    def _next_replica(self) -> str:
        """The replica after the one that was asked; the first, if that one is unknown here."""
        replicas, asked = self.node.replicas, self._leader
        return replicas[(replicas.index(asked) + 1) % len(replicas)] if asked in replicas else replicas[0]


class Indexer(Consumer):
    """Keeps a search index."""

    def open_target(self, disk: Disk) -> Target:
        """See `Consumer`."""
        return SearchIndex(disk)


class Carrier(Consumer):
    """Carries changes into a store of documents."""

    def open_target(self, disk: Disk) -> Target:
        """See `Consumer`."""
        return Documents(disk)
