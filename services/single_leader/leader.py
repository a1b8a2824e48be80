"""The leader of single-leader replication: it takes all writes and ships its log to the followers.

A task for each follower sends what that follower lacks (`shipping`). How far the followers are decides what
may be acknowledged (`confirming`, by the table in `acknowledgement`). A newcomer gets the log as soon as it
asks, but counts only once it has caught up. From then on a write must meet the rule with the newcomer *and*
the rule without it; once the controller counts it too, the rule with it is enough (Raft's joint consensus,
for one more replica).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from services.errors import LabError
from services.messages import Lag, Operation, Position
from services.ports import Env
from services.settings.single_leader import SingleLeaderSettings
from services.single_leader.acknowledgement import FollowerView
from services.single_leader.confirming import Confirming
from services.single_leader.hold import Underway
from services.single_leader.lag import CommitTimes
from services.single_leader.lease import Lease
from services.single_leader.majority import MajorityLease
from services.single_leader.outcomes import Asked, Outcome, Request, Transaction, is_short
from services.single_leader.shipping import Follower, Shipping
from services.single_leader.storage import Storage
from services.single_leader.watermark import Watermark
from services.store.group_commit import GroupCommit
from services.versions.newest import Newest


class Leader:
    """Leads in one epoch; made on promotion, stopped on demotion, never reused.

    It calls `grown` when its own log has more, `deposed` when a follower refuses it. `elected_at` is when an
    elected leader asked for votes: since then it has had a majority behind it.
    """

    def __init__(
        self,
        env: Env,
        settings: SingleLeaderSettings,
        storage: Storage,
        epoch: int,
        followers: Sequence[str],
        deposed: Callable[[int, str], None],
        grown: Callable[[], None],
        say: Callable[..., None],
        elected_at: float | None = None,
    ) -> None:
        now = env.clock.monotonic()
        self.epoch = epoch
        self.sessions = Newest(floor=storage.last)  # earlier leaders acknowledged up to there
        self.lease = (
            MajorityLease(env, settings, epoch, say, self._asked_at, self._ask_again, deposed)
            if settings.coordination == "election"
            else Lease(env, settings, epoch, say)
        )
        self.underway = Underway()
        self._env, self._settings, self._storage = env, settings, storage
        self._grown, self._say = grown, say
        self._first = storage.last.sequence + 1  # the mark that opens the epoch
        self._shipping = Shipping(
            env,
            settings,
            storage,
            epoch,
            lambda: self.acknowledged,
            lambda: self.lease.valid,
            self._answered,
            deposed,
            say,
        )
        # An earlier leader may have allowed followers to read until this moment.
        fresh = FollowerView(may_read_until=now + self._shipping.may_read_s())
        asked_at = env.lease_clock.now_s() if elected_at is None else elected_at
        self._followers = {name: Follower(storage.last, fresh, asked_at) for name in followers}
        self._acknowledged = Watermark()
        self._commit_times = CommitTimes(storage.last.sequence, now)
        self.confirming = Confirming(env, settings, self._followers, self._commit_times, say)
        self._commits: GroupCommit[Request, Outcome] = GroupCommit(
            env.disk, partial(storage.append, epoch), self._committed, is_short, self._foretell
        )

    def start(self) -> None:
        """Begin to lead: mark the epoch in the log, ship, keep the lease."""
        spawn = self._env.tasks.spawn
        spawn("commit", self._commits.run())
        spawn("open-epoch", self._open_epoch())
        if self._settings.followers_matter:
            spawn("watch-followers", self._watch_followers())
        for name, follower in self._followers.items():
            spawn(f"ship-{name}", self._shipping.ship(name, follower))
        if self.lease.wanted:
            spawn("lease", self.lease.keep())

    async def adopt(self, settings: SingleLeaderSettings) -> None:
        """Use the acknowledgement rule in `settings` from now on; they differ in nothing else."""
        self._settings = settings
        self._shipping.adopt(settings)
        self.confirming.adopt(settings)
        await self._env.tasks.cancel("watch-followers")
        if settings.followers_matter:
            self._env.tasks.spawn("watch-followers", self._watch_followers())
        self._advance()

    async def stop(self, reason: str) -> None:
        """Stop every task; those who wait for an acknowledgement are told that the outcome is unknown."""
        self.lease.give_up()
        for name in (
            "commit",
            "open-epoch",
            "watch-followers",
            "lease",
            *map("ship-{}".format, self._followers),
        ):
            await self._env.tasks.cancel(name)
        self._commits.fail(LabError("not-leader", f"{self._env.node} no longer leads: {reason}"))
        over = LabError(
            "not-acknowledged", f"{self._env.node} lost the lead before this was confirmed: {reason}"
        )
        self._acknowledged.fail(over)
        for follower in self._followers.values():
            follower.durable.fail(over)

    @property
    def acknowledged(self) -> int:
        """The sequence number up to which clients may have been answered."""
        return self._acknowledged.value

    def lags(self) -> dict[str, Lag]:
        """How far behind each follower is now."""
        now = self._env.clock.monotonic()
        return {
            name: self._commit_times.lag(follower.shipped.sequence, now)
            for name, follower in self._followers.items()
        }

    @property
    def end(self) -> int:
        """Where the log ends, with what the disk still writes."""
        return self._shipping.end.sequence

    def progress(self) -> dict[str, Position]:
        """How far each follower is thought to be, for the status page."""
        return {name: follower.shipped for name, follower in self._followers.items()}

    def add_follower(self, name: str, member: bool = False) -> None:
        """Ship the log to `name` too; it is a `member` once the controller counts it."""
        if name not in self._followers:
            now = self._env.clock.monotonic()
            view = FollowerView(may_read_until=now + self._shipping.may_read_s())
            asked_at = self._env.lease_clock.now_s()
            follower = Follower(self._storage.last, view, asked_at, member=member, caught_up=member)
            self._followers[name] = follower
            self._env.tasks.spawn(f"ship-{name}", self._shipping.ship(name, follower))
        elif member and not self._followers[name].member:
            self._followers[name].member = self._followers[name].caught_up = True
            self._say("newcomer-counts", follower=name)

    def caught_up(self) -> tuple[str, ...]:
        """The followers that count, and the newcomers that the controller may count."""
        return tuple(name for name, follower in self._followers.items() if follower.caught_up)

    async def write(self, operation: Operation) -> Position:
        """Append `operation` and wait until the rule in force allows acknowledging it."""
        return (await self._acknowledged_outcome(operation)).position

    async def execute(self, request: Transaction | Asked) -> Outcome:
        """The same for an SQL transaction, with its results, or for a request to a machine."""
        return await self._acknowledged_outcome(request)

    async def _acknowledged_outcome(self, request: Operation | Transaction | Asked) -> Outcome:
        with self.underway:
            await self.lease.assured()
            outcome = await self._commits.perform(request)
            await self.acknowledged_up_to(outcome.position.sequence)
            await self.lease.assured_after_the_fact()
            return outcome

    async def acknowledged_up_to(self, sequence: int) -> None:
        """Return when `sequence` is acknowledged. Raises `LabError` not-acknowledged after the timeout."""
        if sequence <= self.acknowledged:
            return
        timeout_s = self._settings.acknowledge_timeout_ms / 1000
        if not await self._acknowledged.reach(sequence, timeout_s):
            raise LabError(
                "not-acknowledged",
                f"sequence {sequence} is stored on {self._env.node}, but {self._settings.replication} "
                f"replication got no confirmation within {timeout_s:g} s",
            )

    async def successor(self, name: str | None) -> str:
        """Who is to lead next, `name` or the most advanced follower, once it has all that is in the log now.

        Requests go on meanwhile. Raises `LabError` bad-order if it takes too long or `name` does not follow.
        """
        name = name or max(self._followers, key=lambda other: self._followers[other].view.durable, default="")
        if name not in self._followers:
            known = ", ".join(self._followers)
            raise LabError("bad-order", f"{self._env.node} has no follower {name!r}; there are: {known}")
        limit_s = self._settings.acknowledge_timeout_ms / 1000
        async with self._within(limit_s, name):
            await self._followers[name].durable.reach(self._storage.last.sequence)
        return name

    async def complete(self, name: str, limit_s: float) -> None:
        """Return when all requests taken so far are answered and the follower `name` has the whole log.

        No request may be taken meanwhile. Raises `LabError` bad-order when it takes longer than `limit_s`.
        """
        async with self._within(limit_s, name):
            position = (await self._commits.perform(None)).position
            await self.acknowledged_up_to(position.sequence)
            await self._followers[name].durable.reach(position.sequence)
            await self.underway.none()

    @asynccontextmanager
    async def _within(self, limit_s: float, name: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(limit_s):
                yield
        except TimeoutError as error:
            text = f"{name} lacks a part of the log after {limit_s:g} s; {self._env.node} goes on leading"
            raise LabError("bad-order", text) from error

    async def _open_epoch(self) -> None:
        """Try until the disk takes the epoch's mark: without it, nothing older is acknowledged or undone."""
        while True:
            try:
                await self._commits.perform(None)
            except LabError as error:
                if error.kind.code == "storage-failed":
                    await self._env.clock.sleep(self._settings.heartbeat_ms / 1000)
                    continue
            return  # perhaps deposed before it began; then the deposing task does the rest

    def _foretell(self, requests: Sequence[Request]) -> bool:
        """Ship a batch while the own disk writes it, if clients wait for followers (Ongaro 2014, 10.2.1).

        It is acknowledged only once it is durable here as well. Were this leader to restart without it, it
        would be a follower, and never lead in this epoch again, because the epoch's mark is in its log. Where
        readers at followers wait to hear that a write is here, it is shipped together with that news.
        """
        settings, marked = self._settings, self._storage.last.epoch == self.epoch
        if not settings.followers_matter or settings.shows_only_acknowledged or not marked:
            return False
        operations = [request for request in requests if isinstance(request, Operation)]
        if len(operations) < len(requests) or not self._shipping.foretell(operations):
            return False
        self._ask_again()
        return True

    def _committed(self, outcomes: list[Outcome]) -> None:
        self._commit_times.note(self._storage.last.sequence, self._env.clock.monotonic())
        news = self._shipping.extend([entry for outcome in outcomes for entry in outcome.entries])
        self._advance()
        self._grown()
        if news:
            self._ask_again()

    def _ask_again(self) -> None:
        """Send something to every follower at once, if only a heartbeat."""
        for follower in self._followers.values():
            follower.news.ring()

    def _answered(self) -> None:
        """A follower has answered."""
        self.lease.heard()
        self._advance()

    async def _watch_followers(self) -> None:
        """Look again regularly: as time passes, followers become late and permissions to read end."""
        while True:
            await self._env.clock.sleep(self._settings.heartbeat_ms / 2000)
            self._advance()

    def _advance(self) -> None:
        own = self._storage.last.sequence
        allowed = self.confirming.up_to(own)
        if allowed >= self._first:  # before that a log newer than this may turn up (Raft, 5.4.2)
            self._acknowledged.raise_to(allowed)

    def _asked_at(self) -> Iterable[float]:
        return [follower.asked_at for follower in self._followers.values() if follower.member]
