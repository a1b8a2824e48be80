"""What a scenario's script holds in its hands: a cluster under traffic, faults, and conditions to wait for.

Scripts wait for conditions ("until 40 more writes are acknowledged"), never for a time to be enough
on somebody's machine. A condition that never comes ends the script: such a run proves nothing.
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
WITHIN_S = 60.0  # many times what it takes, also on a machine that has ten times too much to do


class NotReached(ClusterError):  # noqa: N818 - it reads as what it says
    """What the script waited for did not come; whatever the run shows is no evidence."""


def always() -> bool:
    """For whoever does not look."""
    return True


@dataclass(frozen=True)
class Run:
    """One variant's run, while the script is in charge. Traffic flows all the time, in the background."""

    cluster: Cluster
    clients: Traffic
    recorder: Recorder
    tell: Tell
    must_show: bool = False  # a problem: what it is there to show is waited for as long as it takes
    shown: Callable[[], bool] = always  # has the history shown it by now, as far as that can be said?
    began_s: float = 0.0  # by the wall clock

    async def traffic(self, seconds: float) -> None:
        """Let the clients work for so long; prefer a condition where there is one."""
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
        """Once; for a problem that depends on who comes first, again until clients have seen it.

        At most `most` times: what was not seen by then is judged like everything else.
        """
        for number in range(1, most + 1):
            yield number
            if not self.must_show or self.shown():
                return
            self.tell("no client has seen it yet, so the same once more", "plain")

    async def leader(self, *, within_s: float = WITHIN_S) -> str:
        """Who leads, as soon as somebody does. Raises `ClusterError`."""
        return await eventually(lambda: self.cluster.resolve("leader"), within_s)

    def followers(self, leader: str) -> tuple[str, ...]:
        """The replicas other than `leader` that hold the same keys, in the order of their numbers."""
        groups = self.cluster.partitions or (self.cluster.replicas,)
        return tuple(node for group in groups if leader in group for node in group if node != leader)

    def logged(self, *, name: str, node: str | None = None) -> list[Event]:
        """The log lines of this run with that `name`; a cluster that plays several still has those of all."""
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
        """Wait until another node than `other_than` is the leader that everybody is told of.

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
        """Promote `node` by hand, as soon as it may be; returns who leads then. Raises `ClusterError`."""
        self._announce(Mark("promote", {"nodes": [node]}, f"an operator promotes {node}"))
        return await eventually(lambda: self.cluster.order("promote", node), within_s)

    async def hand_over(self, to: str | None = None) -> str:
        """Let the leader hand over, as before a planned stop; returns who leads. Raises `ClusterError`."""
        whom = to or "the newest follower"
        self._announce(Mark("hand-over", {"nodes": [to] if to else []}, f"the leader hands over to {whom}"))
        return await self.cluster.order("hand-over", to)

    async def acknowledged_or_not(self, count: int, *, by: str, within_s: float) -> None:
        """Give `by` the chance to acknowledge `count` more writes; a remedy is there to prevent it.

        Only a remedy has `within_s` for that. A problem depends on it, and so waits like for anything.
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

        Both ends stand in the history. Raises `DidNotBite` when nothing shows that it had an effect.
        """
        async with fault.applied(self.cluster, self._announce) as nodes:
            yield nodes

    @asynccontextmanager
    async def load_spike(self, rate_per_s: float) -> AsyncIterator[None]:
        """So many more requests a second while the block lasts; both ends stand in the history."""
        value = {"rate_per_s": rate_per_s}
        self._announce(Mark("start-load-spike", value, f"load spike: {rate_per_s:g} more requests a second"))
        async with self.clients.spike(rate_per_s):
            yield
        self._announce(Mark("stop-load-spike", value, "the load spike is over"))

    def _announce(self, mark: Mark) -> None:
        self.recorder.nemesis(mark.f, mark.value)
        self.tell(mark.text, "fault")
