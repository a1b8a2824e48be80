"""What several strokes at once come to: the worst that any of them asks for, and right when none is left."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias, cast

from chaos.cluster import ClockState, Cluster, DiskState, LinkState, Machines, ProcessState
from chaos.links import Link

Part: TypeAlias = Literal["link", "process", "clock", "disk"]
State: TypeAlias = LinkState | ProcessState | ClockState | DiskState

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

    async def add(self, asks: Sequence[Ask]) -> None:
        """One more stroke is in force. Raises `ClusterError`."""
        for ask in asks:
            self._asks.setdefault((ask.part, ask.what), []).append(ask.state)
        await self._bring_about(asks)

    async def remove(self, asks: Sequence[Ask]) -> None:
        """It is over. Raises `ClusterError`."""
        for ask in asks:
            self._asks[ask.part, ask.what].remove(ask.state)
        await self._bring_about(asks)

    async def _bring_about(self, asks: Sequence[Ask]) -> None:
        for part, what, _ in asks:
            states = self._asks[part, what]
            if isinstance(what, Link):
                await self._cluster.set_link(what, worst_link(cast(list[LinkState], states)))
            elif part == "process":
                await self._bring_process(what, worst_process(cast(list[ProcessState], states)))
            elif part == "clock":
                clocks = cast(list[ClockState], states)
                await cast(Machines, self._cluster).set_clock(what, clocks[-1] if clocks else ClockState())
            else:
                await cast(Machines, self._cluster).set_disk(what, worst_disk(cast(list[DiskState], states)))

    async def _bring_process(self, node: str, wanted: ProcessState) -> None:
        state = await self._cluster.process_state(node)
        if wanted == "dead" and state != "dead":
            await self._cluster.kill(node)
        elif wanted == "paused" and state == "running":
            await self._cluster.pause(node)
        elif wanted == "running" and state == "paused":
            await self._cluster.resume(node)
        elif wanted == "running" and state == "dead":
            await self._cluster.restart(node)


def worst_link(states: Sequence[LinkState]) -> LinkState:
    """All the harm that any of `states` does."""
    return LinkState(
        cut_requests=any(state.cut_requests for state in states),
        cut_replies=any(state.cut_replies for state in states),
        latency_s=max((state.latency_s for state in states), default=0.0),
    )


def worst_process(states: Sequence[ProcessState]) -> ProcessState:
    """Dead is worse than paused."""
    return max(states, key=BADNESS.index, default="running")


def worst_disk(states: Sequence[DiskState]) -> DiskState:
    """All the harm that any of `states` does."""
    return DiskState(
        slow=max((state.slow for state in states), default=1.0), full=any(state.full for state in states)
    )
