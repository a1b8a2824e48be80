"""What a scenario's script works with: a cluster under traffic, faults, and conditions to wait for.

Scripts wait for conditions ("until 40 more writes are acknowledged"), never for a time that may be too short
on a slow machine. If a condition never comes true, the script ends, and the run proves nothing.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from chaos.cluster import Cluster, ClusterError, Event, eventually
from chaos.faults.fault import Fault, Mark
from chaos.recording.recorder import Recorder
from chaos.running.narrator import Tell
from chaos.workloads.counters import Counters
from chaos.workloads.traffic import Traffic

MOST_ROUNDS = 6
WITHIN_S = 60.0  # far more than it takes, even on a machine with ten times too much to do


class NotReached(ClusterError):  # noqa: N818 - it reads as what it says
    """What the script waited for did not come; the run is no evidence, whatever it shows."""


def always() -> bool:
    """For runs that nobody looks at: always true."""
    return True


@dataclass(frozen=True)
class Run:
    """One variant's run, while its script is in charge. Traffic flows all the time in the background."""

    cluster: Cluster
    clients: Traffic
    recorder: Recorder
    tell: Tell
    must_show: bool = False  # a problem: wait as long as it takes for what it must show
    shown: Callable[[], bool] = always  # has the history shown it by now, as far as one can tell?
    began_s: float = 0.0  # by the wall clock

    async def traffic(self, seconds: float) -> None:
        """Let the clients work for `seconds`; prefer a condition if there is one."""
        await self.clients.run(seconds)

    async def until(self, what: str, condition: Callable[[Counters], bool], within_s: float) -> None:
        """Let the clients work until `condition` holds. Raises `NotReached`."""
        if not await self.clients.until(condition, within_s):
            raise NotReached(f"waited {within_s:g} s in vain for {what}")
        self.tell(what, "plain")

    async def acknowledged(
        self, count: int, *, by: str | None = None, other_than: str | None = None, within_s: float = WITHIN_S
    ) -> None:
        """Wait for `count` more acknowledged writes: `by` one node, or by any `other_than` it.

        Raises `NotReached`.
        """
        whom = f" by {by}" if by else f" by a node other than {other_than}" if other_than else ""
        enough = self._more(count, by, other_than)
        await self.until(f"{count} more writes acknowledged{whom}", enough, within_s)

    async def read(self, count: int, *, within_s: float = WITHIN_S) -> None:
        """Wait for `count` more successful reads. Raises `NotReached`."""
        goal = self.clients.counters.reads() + count
        await self.until(f"{count} more reads answered", lambda now: now.reads() >= goal, within_s)

    async def rounds(self, most: int = MOST_ROUNDS) -> AsyncIterator[int]:
        """Yield once; for a problem that depends on a race, again until clients have seen it.

        At most `most` times: after that, the run is judged as it is.
        """
        for number in range(1, most + 1):
            yield number
            if not self.must_show or self.shown():
                return
            self.tell("no client has seen it yet, so the same once more", "plain")

    async def leader(self, *, within_s: float = WITHIN_S) -> str:
        """The leader, as soon as there is one. Raises `ClusterError`."""
        return await eventually(lambda: self.cluster.resolve("leader"), within_s)

    def followers(self, leader: str) -> tuple[str, ...]:
        """The replicas other than `leader` that hold the same keys, in the order of their numbers."""
        groups = self.cluster.partitions or (self.cluster.replicas,)
        return tuple(node for group in groups if leader in group for node in group if node != leader)

    def logged(self, *, name: str, node: str | None = None) -> list[Event]:
        """This run's log lines with that `name`; a cluster that plays several runs keeps the lines of all."""
        return [
            event
            for event in self.cluster.events()
            if event.event == name and event.time_s >= self.began_s and node in (None, event.node)
        ]

    async def comes_true(
        self, what: str, look: Callable[[], Awaitable[bool]], *, within_s: float = WITHIN_S
    ) -> None:
        """Wait until a `look` at the cluster says yes. Raises `NotReached`, or what `look` raised last."""

        async def must_be_true() -> None:
            if not await look():
                raise NotReached(f"waited {within_s:g} s in vain: {what}")

        await eventually(must_be_true, within_s)
        self.tell(what, "plain")

    async def promoted(self, *, other_than: str, within_s: float = WITHIN_S) -> str:
        """Wait until a node other than `other_than` is announced as the leader.

        Raises `ClusterError` that says who leads instead.
        """

        async def must_lead() -> str:
            leader = await self.cluster.resolve("leader")
            if leader == other_than:
                raise NotReached(f"waited {within_s:g} s in vain for a successor of {other_than}")
            return leader

        leader = await eventually(must_lead, within_s)
        self.tell(f"{leader} leads now", "plain")
        return leader

    async def promote(self, node: str, *, within_s: float = WITHIN_S) -> str:
        """Promote `node` by hand, as soon as it is allowed; returns who then leads. Raises `ClusterError`."""
        self._announce(Mark("promote", {"nodes": [node]}, f"an operator promotes {node}"))
        return await eventually(lambda: self.cluster.order("promote", node), within_s)

    async def hand_over(self, to: str | None = None) -> str:
        """Let the leader hand over, as before a planned stop; returns who leads. Raises `ClusterError`."""
        whom = to or "the newest follower"
        self._announce(Mark("hand-over", {"nodes": [to] if to else []}, f"the leader hands over to {whom}"))
        return await self.cluster.order("hand-over", to)

    async def acknowledged_or_not(self, count: int, *, by: str, within_s: float) -> None:
        """Give `by` the chance to acknowledge `count` more writes, which a remedy must prevent.

        A remedy waits only `within_s`. A problem depends on these writes, so it waits as usual.
        """
        patience_s = WITHIN_S if self.must_show else within_s
        enough = await self.clients.until(self._more(count, by, None), patience_s)
        self.tell(f"{by} acknowledged {'' if enough else 'fewer than '}{count} more writes", "plain")

    def _more(self, count: int, by: str | None, other_than: str | None) -> Callable[[Counters], bool]:
        def so_far(counters: Counters) -> int:
            total = counters.acknowledged(node=by)
            return total - counters.acknowledged(node=other_than) if other_than else total

        goal = so_far(self.clients.counters) + count
        return lambda counters: so_far(counters) >= goal

    @asynccontextmanager
    async def fault(self, fault: Fault) -> AsyncIterator[tuple[str, ...]]:
        """Strike while the traffic goes on; yields the nodes aimed at, and leaving the block heals.

        The history records both ends. Raises `DidNotBite` if nothing shows that the fault had an effect.
        """
        async with fault.applied(self.cluster, self._announce) as nodes:
            yield nodes

    @asynccontextmanager
    async def load_spike(self, rate_per_s: float) -> AsyncIterator[None]:
        """Send `rate_per_s` more requests per second while the block lasts; the history records both ends."""
        value = {"rate_per_s": rate_per_s}
        self._announce(Mark("start-load-spike", value, f"load spike: {rate_per_s:g} more requests a second"))
        async with self.clients.spike(rate_per_s):
            yield
        self._announce(Mark("stop-load-spike", value, "the load spike is over"))

    def _announce(self, mark: Mark) -> None:
        self.recorder.nemesis(mark.f, mark.value)
        self.tell(mark.text, "fault")
