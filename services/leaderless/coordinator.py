"""The coordinator: sends each request to all homes of its key at once, and answers when enough of them have.

It puts nothing into any order and keeps nothing, so anybody can be one, and any number at a time: a gateway,
a replica, or a client that has links of its own. It must say the truth about a write that too few homes have
confirmed: unless every home has refused, it may have happened, and it is not taken back where it has.

A home whose answer was older than another one's is sent the newer version (read repair). Where that happens
before the answer, and enough homes must confirm it, no later read can see less; and where a write first asks
for the newest version, clocks that differ do no harm. Both together make an atomic register of the homes
(Attiya, Bar-Noy, Dolev 1995).
"""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from services.errors import LabError
from services.groups.ring import ring_of
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
from services.versions.hybrid_clock import HybridClock
from services.versions.merging import MERGING
from services.versions.seen import as_context, from_context, of_versions

Say = Callable[..., None]
REFUSALS = ("too-many-siblings", "obsolete-version")  # which another home would have no better answer to


class Coordinator:
    """`send` is how it reaches a home, over the node's own links; the keys lie on `replicas`."""

    def __init__(
        self, env: Env, settings: LeaderlessSettings, replicas: tuple[str, ...], send: Send, say: Say
    ) -> None:
        self._node, self._settings, self._replicas, self._say = env.node, settings, replicas, say
        self._near, self._policy = settings.near(env.node), POLICIES[settings.rule]
        self._merging = MERGING[settings.versions]
        self._silent = Silent(env.clock, settings.detection_timeout_ms / 1000)
        self._send = send
        ahead_s = settings.clocks_off_s.get(env.node, 0.0)
        self._clock = HybridClock(lambda: env.clock.wall() + ahead_s)
        self._asking = Asking(env, send)
        self.behind_ms: float | None = None  # how old what it answered last may have been

    @property
    def under_way(self) -> int:
        """Messages to homes that have not been answered."""
        return self._asking.under_way

    async def stop(self) -> None:
        """Wait for no more answers; whoever waits for the coordinator learns that nobody knows."""
        await self._asking.stop()

    async def write(self, message: Write, w: int | None = None) -> Written:
        """Let the homes keep it; `w` of them must (by default as the settings say).

        Raises `LabError` too-few-answers when nobody knows whether it happened, no-quorum when it did not.
        """
        operation = message.operation
        if operation.f == "add":
            raise not_a_set(operation.key)
        needed = self._bounded("w", w or message.w, self._settings.w)
        if self._settings.writes == "read-first":
            await self._fetched(operation.key, self._settings.r)
        version, plan = self._version(operation), self.plan_for(operation.key)
        if self._merging.numbers:
            return await self._write_numbered(operation.key, version, plan, needed, message.context)
        self._ship(operation.key, (version,), plan)
        places = self._places(plan)
        then = self._hinting(plan, operation.key, (version,))
        round_ = self._store(operation.key, (version,), plan.homes, needed, places.send, then)
        await round_.told.wait()
        self._must_be_enough(round_.tally, operation.key, writes=True)
        first = next(iter(round_.tally.answers))
        stand_ins = _counted(places, round_.tally)
        return Written(
            node=places.taken_by.get(first, first),
            by=self._node,
            vector=_place((version,), self._node),
            hints=len(stand_ins),
            stand_ins=stand_ins,
        )

    async def read(self, message: Read, r: int | None = None, only: str | None = None) -> ReadResult:
        """The newest of what `r` homes have (by default as the settings say); with `only`, what that one has.

        Raises `LabError` no-quorum.
        """
        if message.type == "set":
            raise not_a_set(message.key)
        places = self._places(self.plan_for(message.key))
        if only is not None:
            tally = await self._ask(message.key, (only,), 1)
        else:
            needed = self._bounded("r", r or message.r, self._settings.r)
            tally = await self._fetched(message.key, needed, places)
            if self._settings.read_repair == "before":
                await self._repair_before(message.key, tally)
        newest = tally.newest(self._merging.merged)
        self.behind_ms = tally.behind_ms
        stand_ins, has = _counted(places, tally), _who_has(tally, newest)
        answer = result(stand_ins.get(has, has), self._node, newest)
        return replace(answer, behind_ms=tally.behind_ms, stand_ins=stand_ins)

    def plan_for(self, key: str) -> Plan:
        """Who is asked of `key`, the nearest on the ring first."""
        return self._policy.plan(key, ring_of(self._replicas), self._settings.n, self._near)

    def _ship(self, key: str, versions: Versions, plan: Plan) -> None:
        """Send them to the homes that are not waited for."""
        if plan.beside:
            self._store(key, versions, plan.beside, 1)

    def _hinting(self, plan: Plan, key: str, versions: Versions) -> Then | None:
        """Once all have answered or will not: what the homes that took it keep for those that did not."""
        return partial(self._keep_hints, key, versions) if plan.keeps_hints else None

    def _keep_hints(self, key: str, versions: Versions, tally: Tally) -> None:
        keeper = next(iter(tally.answers), None)
        for home in tally.failures if keeper else ():
            store = StoreVersions(key=key, versions=versions, keep_for=home)
            self._asking.begin(store, (str(keeper),), 1, self._timeout_s)

    async def _write_numbered(
        self, key: str, version: Version, plan: Plan, needed: int, context: str
    ) -> Written:
        """One home gives the write a number among those of its key; the others get all that it has then."""
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
        """The first home that does it, and what it has then; after doubt nobody else is asked.

        Another number for the same write would make two of it. Raises `LabError`.
        """
        tally = Tally(homes, needed)
        for home in sorted(homes, key=self._silent.is_silent):  # those that answer first, else as on the ring
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

    async def _fetched(self, key: str, needed: int, places: Places | None = None) -> Tally:
        """What enough homes have; unless stamps go by the wall clock, this node writes later from now on."""
        tally = await self._ask(key, self.plan_for(key).homes, needed, places)
        if self._settings.clock == "hybrid" or self._settings.writes == "read-first":
            for version in tally.newest(self._merging.merged):
                self._clock.saw(version.stamp.time_us)
        return tally

    async def _ask(
        self, key: str, homes: tuple[str, ...], needed: int, places: Places | None = None
    ) -> Tally:
        behind = self._settings.read_repair == "behind" and len(homes) > 1
        then = partial(self._repair_behind, key) if behind else None
        send = (places or self._places(self.plan_for(key))).send if len(homes) > 1 else None
        fetch = FetchVersions(key=key)
        round_ = self._asking.begin(fetch, homes, needed, self._timeout_s, then, send=send)
        await round_.told.wait()
        self._must_be_enough(round_.tally, key, writes=False)
        return round_.tally

    def _repair_behind(self, key: str, tally: Tally) -> None:
        """All have answered, or will not: whoever had less is told, and nobody waits for it."""
        for home, versions in tally.repairs(self._merging.merged).items():
            was, now = _shown(tally.answers[home]), _shown(versions)
            then = partial(self._repaired, home, key, was, now)
            self._asking.begin(StoreVersions(key=key, versions=versions), (home,), 1, self._timeout_s, then)

    async def _repair_before(self, key: str, tally: Tally) -> None:
        """Return when enough homes for a write have what is to be answered. Raises `LabError` no-quorum."""
        newest = tally.newest(self._merging.merged)
        lacking = [home for home in tally.asked if home not in tally.answers or tally.answers[home] != newest]
        have = len(tally.asked) - len(lacking)
        if not newest or have >= self._settings.w:
            return
        round_ = self._store(key, newest, tuple(lacking), self._settings.w - have)
        await round_.told.wait()
        self._must_be_enough(round_.tally, key, writes=False)
        for home in round_.tally.answers:
            self._repaired(home, key, _shown(tally.answers.get(home, ())), _shown(newest), round_.tally)

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
        """Those of one request; with stand-ins if there are any."""
        return Places(self._send, self._silent, plan.stand_ins)

    def _version(self, operation: Operation) -> Version:
        stamp = Stamp(self._clock.now_us(), self._node)
        return Version(stamp, operation.value, deleted=operation.f == "delete")

    @property
    def _timeout_s(self) -> float:
        return self._settings.call_timeout_ms / 1000

    def _bounded(self, name: str, wished: int | None, usual: int) -> int:
        n = self._settings.n if self._settings.rule != "local" else len(self._near)
        if wished is not None and not 1 <= wished <= n:
            raise LabError("bad-request", f"{name} is from 1 to {n}, for a key has {n} homes; not {wished}")
        return wished or usual

    def _must_be_enough(self, tally: Tally, key: str, writes: bool) -> None:
        if tally.verdict != "enough":
            raise self._too_few(tally, key, writes)

    def _too_few(self, tally: Tally, key: str, writes: bool) -> LabError:
        """What says how many of how many have answered, and what that means."""
        got, needed, of = tally.got, tally.needed, len(tally.asked)
        what = "write" if writes else "read"
        self._say("too-few-answers", got=got, needed=needed, of=of, to_a=what, key=key)
        text = f"{got} of the {of} homes of {key!r} answered, and {needed} must"
        if not writes or tally.certainly_nothing:
            return LabError("no-quorum", text)
        return LabError("too-few-answers", f"{text}; the write may have happened all the same")


def not_a_set(key: str) -> LabError:
    """What is raised where somebody takes `key` for a set."""
    return LabError("bad-request", f"{key!r} cannot be a set; there are only registers here")


def result(node: str, by: str, versions: Versions) -> ReadResult:
    """The answer to a client, from the versions that `node` has."""
    alive = [version for version in versions if not version.deleted]
    seen = of_versions(versions)
    return ReadResult(
        node=node,
        by=None if by == node else by,
        found=bool(alive),
        value=alive[0].value if len(alive) == 1 else None,
        siblings=tuple(version.value for version in alive) if len(alive) > 1 else (),
        vector=dict(seen.upto) or _place(versions, by),
        context=as_context(seen),
    )


def _counted(places: Places, tally: Tally) -> dict[str, str]:
    """Who stands in for which of the homes that have answered so far."""
    return {home: places.taken_by[home] for home in tally.answers if home in places.taken_by}


def _who_has(tally: Tally, versions: Versions) -> str:
    """The first of the homes that had what is returned, or the first that answered at all."""
    return next((node for node, has in tally.answers.items() if has == versions), next(iter(tally.answers)))


def _place(versions: Versions, by: str) -> dict[str, int]:
    """Where versions stand, for whoever shows or compares them: what is the newest of each coordinator."""
    return {version.stamp.by: version.stamp.time_us for version in versions} or {by: 0}


def _shown(versions: Versions) -> object:
    """The values, for the log."""
    values = [None if version.deleted else version.value for version in versions]
    return values[0] if len(values) == 1 else values or None
