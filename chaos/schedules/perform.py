"""Performs a schedule: every stroke strikes and is undone at its time, whatever the others do.

A stroke that finds nobody to strike (there is no leader, the node is itself the target) passes without
effect. In the end nothing is left of any stroke.
"""

import asyncio
from collections.abc import Sequence

from chaos.cluster import (
    CUT,
    ClockState,
    Cluster,
    ClusterError,
    DiskState,
    LinkState,
    all_of,
    links_between,
    links_touching,
)
from chaos.links import Link
from chaos.run import Run
from chaos.scenario import Script
from chaos.schedules.in_force import Ask, InForce
from chaos.schedules.schedule import ClockKind, Kind, Schedule, Stroke

PATIENCE_S = 60.0  # some workloads write seldom, and virtual time costs nothing
LINK_STATES: dict[Kind, LinkState] = {
    "cut": CUT,
    "cut-one-way": CUT,
    "lose-requests": LinkState(cut_requests=True),
    "lose-replies": LinkState(cut_replies=True),
}
ONE_WAY: frozenset[Kind] = frozenset({"cut-one-way", "lose-requests", "lose-replies", "slow-one-way"})
F: dict[Kind, tuple[str, str]] = {  # how the history calls the two ends of a stroke
    "cut": ("start-partition", "stop-partition"),
    "cut-one-way": ("start-partition", "stop-partition"),
    "lose-requests": ("start-lose-request", "stop-lose-request"),
    "lose-replies": ("start-lose-reply", "stop-lose-reply"),
    "slow": ("slow", "fast"),
    "slow-one-way": ("slow", "fast"),
    "kill": ("kill", "start"),
    "pause": ("pause", "resume"),
    "sleep": ("freeze", "thaw"),
    "freeze": ("freeze", "thaw"),
    "clock": ("bump-clock", "reset-clock"),
    "clock-drift": ("skew-clock", "reset-clock"),
    "clock-strobe": ("strobe-clock", "reset-clock"),
    "disk-slow": ("slow-disk", "fast-disk"),
    "disk-full": ("fill-disk", "free-disk"),
    "disk-empty": ("kill", "start-on-empty-disk"),
    "disk-old": ("copy-disk", "restart-on-old-disk"),
}


def script_of(schedule: Schedule) -> Script:
    """A scenario's script that performs `schedule` under the scenario's traffic; spares join meanwhile."""

    async def script(run: Run) -> None:
        await run.acknowledged(schedule.before, within_s=PATIENCE_S)
        in_force = InForce(run.cluster)
        newcomers = [run.cluster.enlist(node) for node in run.cluster.spares]
        strokes = [_perform(stroke, run, in_force) for stroke in schedule.strokes]
        await all_of([*newcomers, *strokes, run.traffic(schedule.length_ms / 1000)])

    return script


async def _perform(stroke: Stroke, run: Run, in_force: InForce) -> None:
    await asyncio.sleep(stroke.at_ms / 1000)
    try:
        asks = await _aim(stroke, run.cluster)
    except ClusterError:
        return
    if not asks:
        return
    begin, end = F[stroke.kind]
    about = {"stroke": str(stroke), "on": [getattr(ask.what, "name", ask.what) for ask in asks]}
    run.recorder.nemesis(begin, about)
    run.tell(str(stroke), "fault")
    try:
        await in_force.add(asks)
        await asyncio.sleep(stroke.for_ms / 1000)
    finally:
        await in_force.remove(asks)
        run.recorder.nemesis(end, about)


async def _aim(stroke: Stroke, cluster: Cluster) -> Sequence[Ask]:
    """What the stroke asks for, with its roles resolved as they are now."""
    nodes = [await cluster.resolve(name) for name in (stroke.source, *stroke.targets)]
    match stroke.kind:
        case "kill":
            return [Ask("process", node, "dead") for node in nodes]
        case "pause":
            return [Ask("process", node, "paused") for node in nodes]
        case "sleep" | "freeze" as kind:
            still = ClockState(still="asleep" if kind == "sleep" else "frozen")
            return [
                ask for node in nodes for ask in (Ask("clock", node, still), Ask("process", node, "paused"))
            ]
        case "clock" | "clock-drift" | "clock-strobe" as kind:
            return [Ask("clock", node, _wrong_clock(kind, stroke.amount)) for node in nodes]
        case "disk-slow":
            return [Ask("disk", node, DiskState(slow=stroke.amount)) for node in nodes]
        case "disk-full":
            return [Ask("disk", node, DiskState(full=True)) for node in nodes]
        case "disk-empty":
            return [Ask("content", node, "empty") for node in nodes]
        case "disk-old":
            return [Ask("content", node, "kept") for node in nodes]
        case kind:
            state = LINK_STATES.get(kind, LinkState(latency_s=stroke.amount / 1000))
            return [Ask("link", link, state) for link in _links(stroke, nodes, cluster)]


def _wrong_clock(kind: ClockKind, amount: int) -> ClockState:
    if kind == "clock-drift":
        return ClockState(rate=1 + amount / 1000)
    return (
        ClockState(strobe_s=amount / 1000) if kind == "clock-strobe" else ClockState(offset_s=amount / 1000)
    )


def _links(stroke: Stroke, nodes: Sequence[str], cluster: Cluster) -> Sequence[Link]:
    source, *others = nodes
    links = (
        links_between(cluster.links, (source,), others) if others else links_touching(cluster.links, source)
    )
    return [link for link in links if stroke.kind not in ONE_WAY or link.source == source]
