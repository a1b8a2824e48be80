"""Takes down what a scenario's script does to its cluster, as a schedule that can be made smaller.

A script waits for conditions, a schedule knows only times. So the schedule does the same to the same
nodes at the same moments, but it no longer asks whether what it waited for has come.
"""

from typing import Literal

from chaos.cluster import HEALTHY, LinkState, OtherDisk
from chaos.cluster.links import Link
from chaos.cluster.shape import DEFAULT, Shape
from chaos.runtimes.simulated.virtual import lab_loop
from chaos.runtimes.simulation import SimulatedCluster
from chaos.schedules.schedule import Kind, Schedule, Stroke


class ObservedCluster(SimulatedCluster):
    """Notes when each link and each process began to be struck, and for how long."""

    def __init__(self, seed: int, shape: Shape = DEFAULT) -> None:
        super().__init__(seed, shape)
        self._struck: dict[tuple[str, ...], tuple[Kind, int, int]] = {}  # kind, amount, when it began
        self._strokes: list[Stroke] = []
        self._first_ms: int | None = None

    def schedule(self) -> Schedule:
        """What was done, counted from the first stroke on."""
        strokes = tuple(sorted(self._strokes, key=lambda stroke: stroke.at_ms))
        return Schedule(strokes, max((stroke.at_ms + stroke.for_ms for stroke in strokes), default=0))

    async def set_link(self, link: Link, state: LinkState) -> None:
        """See `Cluster`."""
        self._end(link.source, link.target)
        if state != HEALTHY:
            self._begin(*_kind_of(state), link.source, link.target)
        await super().set_link(link, state)

    async def kill(self, node: str) -> None:
        """See `Cluster`."""
        self._end(node)
        self._begin("kill", 0, node)
        await super().kill(node)

    async def pause(self, node: str) -> None:
        """See `Cluster`."""
        self._begin("pause", 0, node)
        await super().pause(node)

    async def resume(self, node: str) -> None:
        """See `Cluster`."""
        self._end(node)
        await super().resume(node)

    async def restart(self, node: str, disk: Literal["same"] | OtherDisk = "same") -> None:
        """See `Machines`."""
        self._end(node)
        await super().restart(node, disk)

    async def order(self, name: str, node: str | None = None) -> str:
        """See `Cluster`."""
        named = [node] if node else []
        if name == "promote":
            self._note_order("promote", *named)
        elif name == "hand-over":
            self._note_order("hand-over", "leader", *named)
        return await super().order(name, node)

    def _note_order(self, kind: Kind, source: str, *targets: str) -> None:
        now_ms = round(lab_loop().time() * 1000)
        if self._first_ms is None:
            self._first_ms = now_ms
        at_ms = now_ms - self._first_ms
        self._strokes.append(Stroke(kind=kind, at_ms=at_ms, for_ms=0, source=source, targets=targets))

    def _begin(self, kind: Kind, amount: int, *where: str) -> None:
        now_ms = round(lab_loop().time() * 1000)
        if self._first_ms is None:
            self._first_ms = now_ms
        self._struck[where] = (kind, amount, now_ms - self._first_ms)

    def _end(self, *where: str) -> None:
        if where not in self._struck or self._first_ms is None:
            return
        kind, amount, at_ms = self._struck.pop(where)
        source, *targets = where
        for_ms = round(lab_loop().time() * 1000) - self._first_ms - at_ms
        self._strokes.append(
            Stroke(
                kind=kind, at_ms=at_ms, for_ms=for_ms, source=source, targets=tuple(targets), amount=amount
            )
        )


def _kind_of(state: LinkState) -> tuple[Kind, int]:
    """The stroke that comes nearest to that state of one link, and its amount."""
    if state.cut_requests and state.cut_replies:
        return "cut-one-way", 0
    if state.cut_requests:
        return "lose-requests", 0
    if state.cut_replies:
        return "lose-replies", 0
    return "slow-one-way", round(state.latency_s * 1000)
