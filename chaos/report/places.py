"""Datacenters as places: which nodes are where, how far apart the places are, and how users fare at each.

A device is a place of its own, at the end of its line. If the settings name no datacenters, each of several
leaders is one. An arrow leads from a leader that ships changes to one that receives them, by the topology.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import cos, pi, sin
from statistics import median
from typing import Any

from chaos.history import Operation
from chaos.report.arrowhead import arrowhead
from chaos.report.bands import Band, bands
from chaos.report.cast import Cast
from chaos.report.origins import datacenters_of, groups_of
from chaos.report.saved import Saved
from services.multi_leader.topologies import topology_of

WIDTH, BOX_W, BOX_H, ROW_H, GAP = 640.0, 132.0, 66.0, 118.0, 3.0
NS_PER_MS = 1_000_000


@dataclass(frozen=True)
class Usage:
    """What users of one place saw: medians in milliseconds (None: nobody asked), and how many were answered.

    `in_cut` counts the requests made while the place was cut off from another, `answered_in_cut` those of
    them that were answered.
    """

    asked: int
    answered: int
    read_ms: float | None
    write_ms: float | None
    in_cut: int
    answered_in_cut: int


@dataclass(frozen=True)
class Place:
    """A datacenter or a device; `x` and `y` are the middle of its box."""

    name: str
    x: float
    y: float
    nodes: tuple[str, ...]
    is_device: bool
    usage: Usage | None  # None where no users come

    def has(self, node: str) -> bool:
        """Is the node in this place, or the place itself?"""
        return node in (self.name, *self.nodes)


@dataclass(frozen=True)
class Line:
    """The line between two places: how much longer a round trip takes, how long it was cut.

    `ways` are the pairs of nodes of which one ships changes to the other; `forth` and `back` say in which
    directions between the two places there are such pairs.
    """

    one: Place
    other: Place
    latency_ms: float
    cut_s: float
    forth: bool
    back: bool
    ways: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        """From the edge of one box to that of the other, as SVG has it."""
        (x0, y0), (x1, y1) = _edge(self.one, self.other), _edge(self.other, self.one)
        return f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"

    @property
    def heads(self) -> tuple[str, ...]:
        """The heads of its arrows, as SVG has polygons."""
        found = []
        for there, here, drawn in ((self.one, self.other, self.forth), (self.other, self.one, self.back)):
            if drawn:
                found.append(arrowhead(_edge(here, there), (there.x, there.y)))
        return tuple(found)

    @property
    def middle(self) -> tuple[float, float]:
        """Where its text stands."""
        return round((self.one.x + self.other.x) / 2, 1), round((self.one.y + self.other.y) / 2 + 4, 1)

    @property
    def says(self) -> str:
        """In a few words; nothing where there is nothing to say."""
        slow = [f"+{self.latency_ms:g} ms"] if self.latency_ms else []
        cut = [f"cut for {self.cut_s:.1f} s"] if self.cut_s else []
        return ", ".join([*slow, *cut])


@dataclass(frozen=True)
class Places:
    """All of them, for a drawing of `width` and `height`."""

    places: tuple[Place, ...]
    lines: tuple[Line, ...]
    topology: str
    width: float
    height: float


def places_of(saved: Saved, cast: Cast) -> Places | None:
    """The drawing; None if everything is in one place."""
    options = saved.about.get("options", {})
    groups = _groups(options, cast)
    if len(groups) < 2:
        return None
    faults = bands(saved.history)
    middles, height = _middles(len(groups))
    found = tuple(
        Place(name, x, y, nodes, name in cast.devices, _usage(saved, cast, faults, nodes))
        for (name, nodes), (x, y) in zip(groups.items(), middles, strict=True)
    )
    shipping = shipped(options, cast)
    lines = tuple(_lines(saved, cast, faults, found, shipping))
    topology = str(options.get("topology", "")) if shipping else ""
    return Places(found, lines, topology, WIDTH, height)


def shipped(options: Mapping[str, Any], cast: Cast) -> list[tuple[str, str]]:
    """Who ships changes to whom, among several leaders; devices and their homes ship both ways."""
    if options.get("family") != "multi-leader":
        return []
    groups = groups_of(options)
    leaders = list(groups or cast.replicas)
    routes = topology_of(options.get("topology", "all-to-all"))
    ways = [(node, peer) for node in leaders for peer in routes(node, leaders, ())]
    for device, home in _homes(options, cast).items():
        ways += [(device, home), (home, device)]
    return ways


def _homes(options: Mapping[str, Any], cast: Cast) -> dict[str, str]:
    """With which leader each device syncs: see `services.multi_leader.homes`."""
    homes = {}
    for number, device in enumerate(cast.devices):
        groups = [some for some in datacenters_of(options) if device in some]
        near = [node for node in cast.replicas if any(node in some for some in groups)]
        homes[device] = near[0] if near else cast.replicas[number % len(cast.replicas)]
    return homes


def _groups(options: Mapping[str, Any], cast: Cast) -> dict[str, tuple[str, ...]]:
    """The nodes of each place by its name."""
    named = datacenters_of(options)
    if not named and options.get("family") == "multi-leader":
        gateways = {gateway: number for number, gateway in enumerate(cast.gateways)}
        named = [
            (node, *(g for g, at in gateways.items() if at % len(cast.replicas) == number))
            for number, node in enumerate(cast.replicas)
        ]
        groups = {some[0]: some for some in named}
    else:
        groups = groups_of(options) or {f"datacenter {n}": some for n, some in enumerate(named, 1)}
    inside = [node for some in named for node in some]
    homes = {d: home for d, home in _homes(options, cast).items() if d not in inside} if groups else {}
    beside: dict[str, tuple[str, ...]] = {}
    for name, nodes in groups.items():  # a device stands next to its home
        beside |= {name: nodes, **{device: (device,) for device, home in homes.items() if home in nodes}}
    return beside


def _edge(one: Place, other: Place) -> tuple[float, float]:
    """Where the way from the middle of one box to that of another leaves the first."""
    across, down = other.x - one.x, other.y - one.y
    reach = min(
        (BOX_W / 2 + GAP) / abs(across) if across else float("inf"),
        (BOX_H / 2 + GAP) / abs(down) if down else float("inf"),
    )
    return one.x + across * reach, one.y + down * reach


def _middles(count: int) -> tuple[list[tuple[float, float]], float]:
    """Two beside each other; more on an ellipse, from the top on, clockwise."""
    if count == 2:
        return [(0.5 * BOX_W + 40, 50.0), (WIDTH - 0.5 * BOX_W - 40, 50.0)], 100.0
    height = max(2, -(-count // 2)) * ROW_H + 20
    angles = [2 * pi * number / count for number in range(count)]
    across, up = (WIDTH - BOX_W) / 2 - 8, (height - BOX_H) / 2 - 4
    middles = [(round(WIDTH / 2 + across * sin(a), 1), round(height / 2 - up * cos(a), 1)) for a in angles]
    return middles, max(y for _, y in middles) + BOX_H / 2 + 6


def _usage(saved: Saved, cast: Cast, faults: Sequence[Band], nodes: Sequence[str]) -> Usage | None:
    doors = {node for node in nodes if node in cast.gateways or node in cast.devices}
    asked = [each for each in saved.history.client_operations if each.gateway in doors]
    if not asked:
        return None
    cuts = [band for band in faults if band.effect == "cut" and _parts(band, cast, nodes)]
    in_cut = [each for each in asked if any(_during(each, band, saved.end_ns) for band in cuts)]
    return Usage(
        asked=len(asked),
        answered=_answered(asked),
        read_ms=_median_ms(each for each in asked if not each.writes),
        write_ms=_median_ms(each for each in asked if each.writes),
        in_cut=len(in_cut),
        answered_in_cut=_answered(in_cut),
    )


def _parts(band: Band, cast: Cast, nodes: Sequence[str]) -> bool:
    """Whether it cuts these nodes off from some others."""
    return any((link.source in nodes) != (link.target in nodes) for link in band.links(cast))


def _during(operation: Operation, band: Band, end_ns: int) -> bool:
    return band.from_ns <= operation.invoked_ns < (end_ns if band.to_ns is None else band.to_ns)


def _answered(operations: Iterable[Operation]) -> int:
    return sum(each.outcome == "ok" for each in operations)


def _median_ms(operations: Iterable[Operation]) -> float | None:
    took = [(each.returned_ns - each.invoked_ns) / NS_PER_MS for each in operations if each.outcome == "ok"]
    return round(median(took), 1) if took else None


def _lines(
    saved: Saved, cast: Cast, faults: Sequence[Band], found: Sequence[Place], ways: Sequence[tuple[str, str]]
) -> Iterator[Line]:
    for one, other in combinations(found, 2):
        forth = [(a, b) for a, b in ways if one.has(a) and other.has(b)]
        back = [(a, b) for a, b in ways if other.has(a) and one.has(b)]
        between = [band for band in faults if _is_between(band, cast, one, other)]
        slow = [float(band.value.get("latency_ms", 0)) for band in between if band.effect == "slow"]
        cut_ns = sum((band.to_ns or saved.end_ns) - band.from_ns for band in between if band.effect == "cut")
        if forth or back or not ways:
            yield Line(
                *(one, other, max(slow, default=0.0), cut_ns / 1e9, bool(forth), bool(back)),
                ways=(*forth, *back),
            )


def _is_between(band: Band, cast: Cast, one: Place, other: Place) -> bool:
    return any(
        {link.source, link.target} & {*one.nodes} and {link.source, link.target} & {*other.nodes}
        for link in band.links(cast)
    )
