"""Performs a schedule: every stroke strikes and is undone at its time, whatever the others do.

A stroke at a leader while nobody leads strikes who led last. One that finds nothing at all (there is no
such node, or no such link) passes without effect, and says so; none that is drawn does. What an operator is
refused is no fault. In the end nothing is left of any stroke.
"""

import asyncio
from collections.abc import Sequence

from chaos.catalogue.scenario import Script
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
from chaos.cluster.links import Link
from chaos.cluster.undisturbed import undisturbed
from chaos.running.run import Run
from chaos.schedules.in_force import Ask, InForce
from chaos.schedules.schedule import ONE_WAY, ORDERS, ClockKind, Kind, Schedule, Stroke
from services.groups.partitions import groups

GLANCE_S = 1.0  # to find out who leads
NOBODY = "there is nothing to strike"
PATIENCE_S = 60.0  # some workloads write seldom, and virtual time costs nothing
LINK_STATES: dict[Kind, LinkState] = {
    "cut": CUT,
    "cut-one-way": CUT,
    "lose-requests": LinkState(cut_requests=True),
    "lose-replies": LinkState(cut_replies=True),
    "refuse": LinkState(refused=True),
}
F: dict[Kind, tuple[str, str]] = {  # how the history calls the two ends of a stroke
    "cut": ("start-partition", "stop-partition"),
    "cut-one-way": ("start-partition", "stop-partition"),
    "lose-requests": ("start-lose-request", "stop-lose-request"),
    "lose-replies": ("start-lose-reply", "stop-lose-reply"),
    "slow": ("slow", "fast"),
    "slow-one-way": ("slow", "fast"),
    "refuse": ("start-refuse", "stop-refuse"),
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
        in_force, roles = InForce(run.cluster), Roles(run.cluster)
        newcomers = [run.cluster.enlist(node) for node in run.cluster.spares]
        strokes = [_perform(stroke, run, in_force, roles) for stroke in schedule.strokes]
        await all_of([*newcomers, *strokes, run.traffic(schedule.length_ms / 1000)])

    return script


class Roles:
    """Who is meant by a role; while nobody can tell, who was meant before."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._last: dict[str, str] = {}

    async def resolve(self, name: str) -> str:
        """The node that `name` means. Raises `ClusterError` when nobody is called so."""
        role, _, number = name.partition("-")
        if role not in ("leader", "follower"):
            return await self._cluster.resolve(name)
        try:
            async with asyncio.timeout(GLANCE_S):
                self._last[name] = await self._cluster.resolve(name)
        except (ClusterError, TimeoutError):
            if name not in self._last:
                self._last[name] = self._somebody(role, int(number or "1"))
        return self._last[name]

    def _somebody(self, role: str, partition: int) -> str:
        group = groups(self._cluster.partitions, self._cluster.replicas)[partition - 1]
        if role == "leader":
            return group[0]
        return next((node for node in group if node != self._last.get("leader", group[0])), group[0])


async def _perform(stroke: Stroke, run: Run, in_force: InForce, roles: Roles) -> None:
    await asyncio.sleep(stroke.at_ms / 1000)
    try:
        nodes = [await roles.resolve(name) for name in (stroke.source, *stroke.targets)]
    except ClusterError as error:
        run.tell(f"{stroke.as_it_strikes}: {NOBODY} ({error})", "fault")
        return
    if stroke.kind in ORDERS:
        await _order(stroke, nodes, run)
        return
    asks = _aim(stroke, nodes, run.cluster)
    if not asks:
        run.tell(f"{stroke.as_it_strikes}: {NOBODY}", "fault")
        return
    begin, end = F[stroke.kind]
    about = {"stroke": str(stroke), "on": [getattr(ask.what, "name", ask.what) for ask in asks]}
    run.recorder.nemesis(begin, about)
    run.tell(stroke.as_it_strikes, "fault")
    try:
        await in_force.add(asks)
        await asyncio.sleep(stroke.for_ms / 1000)
    finally:
        with undisturbed():
            await in_force.remove(asks)
        run.recorder.nemesis(end, about)


async def _order(stroke: Stroke, nodes: Sequence[str], run: Run) -> None:
    """An operator orders it, and may be refused."""
    source, *targets = nodes
    named = targets if stroke.kind == "hand-over" else [source]
    run.recorder.nemesis(stroke.kind, {"nodes": named, "stroke": str(stroke)})
    run.tell(stroke.as_it_strikes, "fault")
    try:
        await run.cluster.order(stroke.kind, *named)
    except ClusterError as error:
        run.tell(f"refused: {error}", "plain")


def _aim(stroke: Stroke, nodes: Sequence[str], cluster: Cluster) -> Sequence[Ask]:
    """What the stroke asks for of these nodes, which its source and targets mean at the moment."""
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
