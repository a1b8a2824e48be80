"""What several strokes at once come to: the worst that any of them asks for, and right when none is left."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias, cast

from chaos.cluster import (
    ClockState,
    Cluster,
    ClusterError,
    DiskState,
    LinkState,
    Machines,
    OtherDisk,
    ProcessState,
    Stillness,
)
from chaos.cluster.links import Link

Part: TypeAlias = Literal["link", "process", "clock", "disk", "content"]
State: TypeAlias = LinkState | ProcessState | ClockState | DiskState | OtherDisk

STARTS = 3  # so often a process is started before its end is taken for more than bad luck
STILLEST: tuple[Stillness, ...] = ("no", "asleep", "frozen")
BADNESS: tuple[ProcessState, ...] = ("running", "paused", "dead")


class Ask(NamedTuple):
    """One stroke wants one part of the cluster to be in `state`; `what` is a link or a node."""

    part: Part
    what: Link | str
    state: State


class InForce:
    """Everything that strokes ask for at the moment."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._asks: dict[tuple[Part, Link | str], list[State]] = {}
        self._next_disk: dict[str, OtherDisk] = {}  # what a dead node will find on its disk

    async def add(self, asks: Sequence[Ask]) -> None:
        """One more stroke is in force. Raises `ClusterError`."""
        for ask in asks:
            self._asks.setdefault((ask.part, ask.what), []).append(ask.state)
        await self._bring_about(asks, begins=True)

    async def remove(self, asks: Sequence[Ask]) -> None:
        """It is over. Raises `ClusterError`."""
        for ask in asks:
            self._asks[ask.part, ask.what].remove(ask.state)
        await self._bring_about(asks, begins=False)

    async def _bring_about(self, asks: Sequence[Ask], begins: bool) -> None:
        for part, what, state in asks:
            states = self._asks[part, what]
            if isinstance(what, Link):
                await self._cluster.set_link(what, worst_link(cast(list[LinkState], states)))
            elif part == "process":
                await self._bring_process(what)
            elif part == "content":
                await self._exchange(what, cast(OtherDisk, state), begins)
            elif part == "clock":
                await self._machines.set_clock(what, worst_clock(cast(list[ClockState], states)))
            else:
                await self._machines.set_disk(what, worst_disk(cast(list[DiskState], states)))
                if what in self._next_disk:
                    await self._bring_process(what)

    @property
    def _machines(self) -> Machines:
        return cast(Machines, self._cluster)

    async def _bring_process(self, node: str) -> None:
        wanted = self._wanted(node)
        state = await self._cluster.process_state(node)
        if wanted == "dead" and state != "dead":
            await self._cluster.kill(node)
        elif wanted == "paused" and state == "running":
            await self._cluster.pause(node)
        elif wanted == "running" and state == "paused":
            await self._cluster.resume(node)
        elif wanted == "running" and state == "dead" and not self._lacks_room(node):
            await self._restart(node)

    def _wanted(self, node: str) -> ProcessState:
        """A node waits dead for an empty disk."""
        states = cast(list[ProcessState], self._asks.get(("process", node), []))
        return "dead" if "empty" in self._asks.get(("content", node), []) else worst_process(states)

    def _lacks_room(self, node: str) -> bool:
        """On an empty disk that is full a node cannot even begin; it waits dead for room."""
        disks = cast(list[DiskState], self._asks.get(("disk", node), []))
        return self._next_disk.get(node) == "empty" and worst_disk(disks).full

    async def _exchange(self, node: str, disk: OtherDisk, begins: bool) -> None:
        """A kept disk is copied when the stroke begins, and found by the node when it is over."""
        if begins and disk == "kept":
            await self._machines.keep_disk(node)
        elif not begins:
            self._next_disk[node] = disk
            if await self._cluster.process_state(node) != "dead":
                await self._cluster.kill(node)
        await self._bring_process(node)

    async def _restart(self, node: str) -> None:
        """Start it, and again if it ends as it starts, unless another stroke wants it dead meanwhile."""
        for attempts_left in reversed(range(STARTS)):
            try:
                if disk := self._next_disk.pop(node, None):
                    await self._machines.restart(node, disk)
                else:
                    await self._cluster.restart(node)
                return
            except ClusterError:
                if self._wanted(node) != "running":
                    return
                if not attempts_left or await self._cluster.process_state(node) != "dead":
                    raise


def worst_link(states: Sequence[LinkState]) -> LinkState:
    """All the harm that any of `states` does."""
    return LinkState(
        cut_requests=any(state.cut_requests for state in states),
        cut_replies=any(state.cut_replies for state in states),
        latency_s=max((state.latency_s for state in states), default=0.0),
        refused=any(state.refused for state in states),
    )


def worst_process(states: Sequence[ProcessState]) -> ProcessState:
    """Dead is worse than paused."""
    return max(states, key=BADNESS.index, default="running")


def worst_clock(states: Sequence[ClockState]) -> ClockState:
    """All errors of the wall clock together, and the drift that came last; frozen is worse than asleep."""
    return ClockState(
        offset_s=sum(state.offset_s for state in states),
        rate=next((state.rate for state in reversed(states) if state.rate != 1), 1.0),
        strobe_s=max((state.strobe_s for state in states), default=0.0),
        still=max((state.still for state in states), key=STILLEST.index, default="no"),
    )


def worst_disk(states: Sequence[DiskState]) -> DiskState:
    """All the harm that any of `states` does."""
    return DiskState(
        slow=max((state.slow for state in states), default=1.0), full=any(state.full for state in states)
    )
