"""A consumer beside the cluster: it learns what changed, and keeps a copy of another kind.

It runs as a process of its own, may be killed at any moment, and goes on from the place that its own disk
remembers. How it learns of changes is a setting, `feed`; see `services.companions.feeds`.

Its copy is in the hands of the disk's one thread, where nothing is half done between two jobs.
"""

from typing import Any

from services.companions.companion import Companion
from services.companions.documents import Documents
from services.companions.feeds import FEEDS, TABLE
from services.companions.targets import SearchIndex, Target
from services.errors import LabError
from services.messages import Contents, Message, ReadContents, kind_of
from services.ports import Disk
from services.trouble import is_of_the_disk

IDLE_S = 0.05
POLL_S = 0.3


class Consumer(Companion):
    """Base of the roles `indexer` and `carrier`, which differ in what they keep."""

    target: Target

    async def begin(self) -> None:
        """Open the copy and go on from its place."""
        self.target = self.open_target(self.env.disk)
        self._leader = self.node.replicas[0]
        self.env.log.event("consumes", role="companion", feed=self.cluster.feed, place=self.target.place)
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
        target, position = self.target, self.position  # what is read after that is at least as new
        known, changes = await self.env.disk.run(lambda: (target.known(), target.changes()))
        return Contents(
            node=self.env.node,
            epoch=position.epoch,
            position=position,
            registers={f"{TABLE}/{name}": price for name, price in known.items()},
            sets={f"changes/{TABLE}": [[f"{TABLE}/{name}", price] for name, price in changes]},
        )

    async def _consume(self) -> None:
        while True:
            try:
                moved = await self._take_a_page()
            except LabError as error:
                if not is_of_the_disk(error):
                    self._leader = error.leader or self._next_replica()
                moved = False
            if not moved or self.cluster.feed == "poll":
                await self.env.clock.sleep(POLL_S if self.cluster.feed == "poll" else IDLE_S)

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

    async def _ask(self, message: Message, expected: type[Any]) -> Any:
        reply = await self.env.network.call(self._leader, message, self.cluster.call_timeout_ms / 1000)
        assert isinstance(reply, expected), reply
        return reply

    def _next_replica(self) -> str:
        """Whoever comes after the one who was asked; the first, if that one is none of those known here."""
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
