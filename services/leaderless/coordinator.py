"""The coordinator: sends each request to all homes of its key at once, and answers once enough have answered.

It orders nothing and keeps nothing, so any number of nodes can coordinate at the same time: a gateway, a
replica, or a client with links of its own. It must be honest about a write that too few homes confirmed:
unless every home refused, the write may have happened, and no home takes it back.

The coordinator sends the newer version to a home whose answer was older (read repair). If it does so before
it answers, and enough homes must confirm, no later read can see less. If a write first asks for the newest
version, differing clocks do no harm. Both together turn the homes into an atomic register (Attiya, Bar-Noy,
Dolev 1995).
"""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from services.errors import LabError
from services.groups.ring import ring_of
from services.leaderless.answers import counted, not_a_set, place_of, result, shown, who_has
from services.leaderless.asking import Asking, Round, Send, Then, versions_in
from services.leaderless.quorums import POLICIES, Plan
from services.leaderless.reaching import Places
from services.leaderless.silent import Silent
from services.leaderless.tally import Tally
from services.messages import Operation, Read, ReadResult, Write, Written
from services.messages.leaderless import FetchVersions, StoreVersions, WriteVersion
from services.messages.versions import Stamp, Version, Versions
from services.ports import Env
from services.settings.leaderless import LeaderlessSettings
from services.versions.hybrid_clock import clock_for_stamps
from services.versions.merging import MERGING
from services.versions.seen import as_context, from_context, of_versions

Say = Callable[..., None]
REFUSALS = ("too-many-siblings", "obsolete-version")  # asking another home would not help


class Coordinator:
    """`send` reaches a home over the node's own links; `replicas` hold the keys."""

    def __init__(
        self, env: Env, settings: LeaderlessSettings, replicas: tuple[str, ...], send: Send, say: Say
    ) -> None:
        self._node, self._settings, self._replicas, self._say = env.node, settings, replicas, say
        self._near, self._policy = settings.near(env.node), POLICIES[settings.rule]
        self._merging = MERGING[settings.versions]
        self._silent = Silent(env.clock, settings.detection_timeout_ms / 1000)
        self._send = send
        ahead_s = settings.clocks_off_s.get(env.node, 0.0)
        heeds = settings.clock == "hybrid" or settings.writes == "read-first"
        self._clock = clock_for_stamps(env.clock.wall, ahead_s, heeds_others=heeds)
        self._asking = Asking(env, send)
        self.behind_ms: float | None = None  # how stale its last answer may have been

    @property
    def under_way(self) -> int:
        """How many messages to homes have no answer yet."""
        return self._asking.under_way

    async def stop(self) -> None:
        """Stop waiting for answers; waiting callers are told that the outcome is unknown."""
        await self._asking.stop()

    async def write(self, message: Write) -> Written:
        """Have the homes store it; the message, or else the settings, says how many must confirm.

        Raises `LabError` too-few-answers when it may have happened, no-quorum when it did not.
        """
        operation = message.operation
        if operation.f == "add":
            raise not_a_set(operation.key)
        plan = self.plan_for(operation.key, message.n)
        needed = self._needed("w", message.w, self._usual(self._settings.w, message.n), plan, operation.key)
        if self._settings.writes == "read-first":
            least = self._needed("r", None, self._usual(self._settings.r, message.n), plan, operation.key)
            await self._fetched(operation.key, plan, least)
        version = self._version(operation)
        if self._merging.numbers:
            return await self._write_numbered(operation.key, version, plan, needed, message.context)
        self._ship(operation.key, (version,), plan)
        places = self._places(plan)
        then = self._hinting(plan, operation.key, (version,))
        round_ = self._store(operation.key, (version,), plan.homes, needed, places.send, then)
        await round_.told.wait()
        self._must_be_enough(round_.tally, operation.key, writes=True)
        first = next(iter(round_.tally.answers))
        stand_ins = counted(places, round_.tally)
        return Written(
            node=places.taken_by.get(first, first),
            by=self._node,
            vector=place_of((version,), self._node),
            hints=len(stand_ins),
            stand_ins=stand_ins,
        )

    async def read(self, message: Read, only: str | None = None) -> ReadResult:
        """The newest version among the answers of enough homes; with `only`, what that home alone has.

        The message, or else the settings, says how many must answer. Raises `LabError` no-quorum.
        """
        if message.type == "set":
            raise not_a_set(message.key)
        plan = self.plan_for(message.key, message.n)
        places = self._places(plan)
        if only is not None:
            tally = await self._ask(message.key, (only,), 1, places)
        else:
            needed = self._needed("r", message.r, self._usual(self._settings.r, message.n), plan, message.key)
            tally = await self._fetched(message.key, plan, needed, places)
            if self._settings.read_repair == "before":
                await self._repair_before(message.key, tally)
        newest = tally.newest(self._merging.merged)
        self.behind_ms = tally.behind_ms
        stand_ins, has = counted(places, tally), who_has(tally, newest)
        answer = result(stand_ins.get(has, has), self._node, newest)
        return replace(answer, behind_ms=tally.behind_ms, stand_ins=stand_ins)

    def plan_for(self, key: str, n: int | None = None) -> Plan:
        """Which nodes are asked about `key`, the nearest on the ring first; with `n`, its first `n` homes.

        Raises `LabError` bad-request if a key has fewer homes.
        """
        most = self._settings.n
        if n is not None and not 1 <= n <= most:
            raise LabError("bad-request", f"n is from 1 to {most}, as a key has {most} homes; not {n}")
        return self._policy.plan(key, ring_of(self._replicas), n or most, self._near)

    def _ship(self, key: str, versions: Versions, plan: Plan) -> None:
        """Send them to the homes that nobody waits for."""
        if plan.beside:
            self._store(key, versions, plan.beside, 1)

    def _hinting(self, plan: Plan, key: str, versions: Versions) -> Then | None:
        """What to do after the last answer: homes that took the write keep hints for those that did not."""
        return partial(self._keep_hints, key, versions) if plan.keeps_hints else None

    def _keep_hints(self, key: str, versions: Versions, tally: Tally) -> None:
        for keeper in list(tally.answers)[:1]:
            for home in tally.failures:
                store = StoreVersions(key=key, versions=versions, keep_for=home)
                self._asking.begin(store, (keeper,), 1, self._timeout_s)

    async def _write_numbered(
        self, key: str, version: Version, plan: Plan, needed: int, context: str
    ) -> Written:
        """One home numbers the write among those of its key; the others get all it then has of the key."""
        message = WriteVersion(key=key, version=version, seen=from_context(context))
        first, versions = await self._numbered(plan.homes, needed, message)
        self._ship(key, versions, plan)
        others = tuple(home for home in plan.homes if home != first)
        store, then = StoreVersions(key=key, versions=versions), self._hinting(plan, key, versions)
        round_ = self._asking.begin(store, others, needed, self._timeout_s, then, already=(first,))
        await round_.told.wait()
        self._must_be_enough(round_.tally, key, writes=True)
        own = [each for each in versions if each.stamp == version.stamp]
        known = of_versions(tuple(own))
        by = None if first == self._node else self._node
        return Written(node=first, by=by, vector=dict(known.upto) or {first: 0}, context=as_context(known))

    async def _numbered(
        self, homes: tuple[str, ...], needed: int, message: WriteVersion
    ) -> tuple[str, Versions]:
        """The first home that does it, and what it then has.

        If a home may have done it, no other is asked: a second number would turn one write into two. Raises
        `LabError`.
        """
        tally = Tally(homes, needed)
        for home in sorted(homes, key=self._silent.is_silent):  # those that answer first, else in ring order
            try:
                return home, versions_in(await self._send(home, message, self._timeout_s))
            except LabError as error:
                if error.kind.code in REFUSALS:
                    raise
                self._silent.heard(home, error)
                tally = tally.minus(home, error.definite)
                if not error.definite:
                    break
        raise self._too_few(tally, message.key, writes=True)

    async def _fetched(self, key: str, plan: Plan, needed: int, places: Places | None = None) -> Tally:
        """What enough homes have. Unless stamps go by the wall clock, this node's next stamps are later."""
        tally = await self._ask(key, plan.homes, needed, places or self._places(plan))
        for version in tally.newest(self._merging.merged):
            self._clock.saw(version.stamp.time_us)
        return tally

    async def _ask(self, key: str, homes: tuple[str, ...], needed: int, places: Places) -> Tally:
        behind = self._settings.read_repair == "behind" and len(homes) > 1
        then = partial(self._repair_behind, key) if behind else None
        send = places.send if len(homes) > 1 else None
        fetch = FetchVersions(key=key)
        round_ = self._asking.begin(fetch, homes, needed, self._timeout_s, then, send=send)
        await round_.told.wait()
        self._must_be_enough(round_.tally, key, writes=False)
        return round_.tally

    def _repair_behind(self, key: str, tally: Tally) -> None:
        """After the last answer: send the newer version to homes that had less; nobody waits for it."""
        for home, versions in tally.repairs(self._merging.merged).items():
            was, now = shown(tally.answers[home]), shown(versions)
            then = partial(self._repaired, home, key, was, now)
            self._asking.begin(StoreVersions(key=key, versions=versions), (home,), 1, self._timeout_s, then)

    async def _repair_before(self, key: str, tally: Tally) -> None:
        """Return once a write quorum has what the read will return. Raises `LabError` no-quorum."""
        newest = tally.newest(self._merging.merged)
        lacking = [home for home in tally.asked if home not in tally.answers or tally.answers[home] != newest]
        have = len(tally.asked) - len(lacking)
        if not newest or have >= self._settings.w:
            return
        round_ = self._store(key, newest, tuple(lacking), self._settings.w - have)
        await round_.told.wait()
        self._must_be_enough(round_.tally, key, writes=False)
        for home in round_.tally.answers:
            self._repaired(home, key, shown(tally.answers.get(home, ())), shown(newest), round_.tally)

    def _repaired(self, home: str, key: str, was: object, now: object, tally: Tally) -> None:
        if home in tally.answers:
            self._say("read-repaired", peer=home, key=key, was=was, now=now)

    def _store(
        self,
        key: str,
        versions: Versions,
        homes: tuple[str, ...],
        needed: int,
        send: Send | None = None,
        then: Then | None = None,
    ) -> Round:
        store = StoreVersions(key=key, versions=versions)
        return self._asking.begin(store, homes, needed, self._timeout_s, then, send=send)

    def _places(self, plan: Plan) -> Places:
        """The places for one request, with stand-ins if there are any."""
        return Places(self._send, self._silent, plan.stand_ins)

    def _version(self, operation: Operation) -> Version:
        stamp = Stamp(self._clock.now_us(), self._node)
        return Version(stamp, operation.value, deleted=operation.f == "delete")

    @property
    def _timeout_s(self) -> float:
        return self._settings.call_timeout_ms / 1000

    def _needed(self, name: str, wished: int | None, usual: int, plan: Plan, key: str) -> int:
        """How many must answer. Raises `LabError` if no home counts, or fewer homes than were asked for."""
        n = len(plan.homes)
        if not n:
            text = f"no home of {key!r} is in the datacenter of {self._node}"
            raise LabError("no-quorum", f"{text}, and a local quorum counts no others")
        if wished is not None and not 1 <= wished <= n:
            homes = f"{n} home{'s' * (n > 1)}{' here' * bool(plan.beside)}"
            raise LabError("bad-request", f"{name} is from 1 to {n}, as a key has {homes}; not {wished}")
        return wished or usual

    def _usual(self, number: int, n: int | None) -> int:
        """The number in the settings, at most `n`."""
        return min(number, n or number)

    def _must_be_enough(self, tally: Tally, key: str, writes: bool) -> None:
        if tally.verdict != "enough":
            raise self._too_few(tally, key, writes)

    def _too_few(self, tally: Tally, key: str, writes: bool) -> LabError:
        """The error that says how many homes of how many answered, and what that means."""
        got, needed, of = tally.got, tally.needed, len(tally.asked)
        what = "write" if writes else "read"
        self._say("too-few-answers", got=got, needed=needed, of=of, to_a=what, key=key)
        text = f"{got} of the {of} homes of {key!r} answered, and {needed} must"
        if not writes or tally.certainly_nothing:
            return LabError("no-quorum", text)
        return LabError("too-few-answers", f"{text}; the write may have happened all the same")
