"""The coordinator: sends each request to all homes of its key at once, and answers when enough of them have.

It puts nothing into any order and keeps nothing, so anybody can be one, and any number at a time: a gateway,
a replica, or a client that has links of its own. It must say the truth about a write that too few homes have
confirmed: unless every home has refused, it may have happened, and it is not taken back where it has.
"""

from collections.abc import Callable

from services.errors import LabError
from services.groups.ring import ring_of
from services.leaderless.asking import Asking, Send
from services.leaderless.tally import Tally
from services.messages import Operation, Read, ReadResult, Write, Written
from services.messages.leaderless import FetchVersions, StoreVersions
from services.messages.versions import Stamp, Version, Versions
from services.ports import Env
from services.settings.leaderless import LeaderlessSettings
from services.versions.hybrid_clock import HybridClock
from services.versions.merging import last_write_wins

Say = Callable[..., None]


class Coordinator:
    """`send` is how it reaches a home, over the node's own links; the keys lie on `replicas`."""

    def __init__(
        self, env: Env, settings: LeaderlessSettings, replicas: tuple[str, ...], send: Send, say: Say
    ) -> None:
        self._node, self._settings, self._replicas, self._say = env.node, settings, replicas, say
        self._clock = HybridClock(env.clock.wall)
        self._asking = Asking(env, send)

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
        needed = self._bounded("w", w or message.w, self._settings.w)
        version = self._version(operation)
        homes = self.homes_of(operation.key)
        store = StoreVersions(key=operation.key, versions=(version,))
        round_ = self._asking.begin(store, homes, needed, self._settings.call_timeout_ms / 1000)
        await round_.told.wait()
        self._must_be_enough(round_.tally, operation.key, writes=True)
        return Written(
            node=next(iter(round_.tally.answers)), by=self._node, vector=_place((version,), self._node)
        )

    async def read(self, message: Read, r: int | None = None, only: str | None = None) -> ReadResult:
        """The newest of what `r` homes have (by default as the settings say); with `only`, what that one has.

        Raises `LabError` no-quorum.
        """
        if message.type == "set":
            raise LabError("bad-request", f"{message.key!r} cannot be a set; there are only registers here")
        needed = 1 if only else self._bounded("r", r or message.r, self._settings.r)
        homes = (only,) if only else self.homes_of(message.key)
        fetch = FetchVersions(key=message.key)
        round_ = self._asking.begin(fetch, homes, needed, self._settings.call_timeout_ms / 1000)
        await round_.told.wait()
        tally = round_.tally
        self._must_be_enough(tally, message.key, writes=False)
        newest = tally.newest(last_write_wins)
        for version in newest:
            self._clock.saw(version.stamp.time_us)
        return result(_who_has(tally, newest), self._node, newest)

    def homes_of(self, key: str) -> tuple[str, ...]:
        """Where `key` lies, the nearest on the ring first."""
        return ring_of(self._replicas).preference(key, self._settings.n)

    def _version(self, operation: Operation) -> Version:
        if operation.f == "add":
            raise LabError("bad-request", f"{operation.key!r} cannot be a set; there are only registers here")
        stamp = Stamp(self._clock.now_us(), self._node)
        return Version(stamp, operation.value, deleted=operation.f == "delete")

    def _bounded(self, name: str, wished: int | None, usual: int) -> int:
        n = self._settings.n
        if wished is not None and not 1 <= wished <= n:
            raise LabError("bad-request", f"{name} is from 1 to {n}, for a key has {n} homes; not {wished}")
        return wished or usual

    def _must_be_enough(self, tally: Tally, key: str, writes: bool) -> None:
        """Raise the `LabError` that says how many of how many, unless there are enough."""
        if tally.verdict == "enough":
            return
        got, needed, of = tally.got, tally.needed, len(tally.asked)
        nothing = not writes or tally.certainly_nothing
        self._say(
            "too-few-answers", key=key, got=got, needed=needed, of=of, of_a="write" if writes else "read"
        )
        text = f"{got} of the {of} homes of {key!r} answered, and {needed} must"
        if nothing:
            raise LabError("no-quorum", text)
        raise LabError("too-few-answers", f"{text}; the write may have happened all the same")


def result(node: str, by: str, versions: Versions) -> ReadResult:
    """The answer to a client, from the versions that `node` has."""
    alive = [version for version in versions if not version.deleted]
    return ReadResult(
        node=node,
        by=None if by == node else by,
        found=bool(alive),
        value=alive[0].value if len(alive) == 1 else None,
        vector=_place(versions, by),
    )


def _who_has(tally: Tally, versions: Versions) -> str:
    """The first of the homes that had what is returned, or the first that answered at all."""
    return next((node for node, has in tally.answers.items() if has == versions), next(iter(tally.answers)))


def _place(versions: Versions, by: str) -> dict[str, int]:
    """Where versions stand, for whoever shows or compares them: what is the newest of each coordinator."""
    return {version.stamp.by: version.stamp.time_us for version in versions} or {by: 0}
