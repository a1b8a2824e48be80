"""The ring: where the nodes and the keys are, and how much of it each node holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, pi, sin

from services.groups.ring import ring_of

RADIUS, OUTSIDE, CENTRE = 78.0, 90.0, 100.0
MOST_KEYS = 60


@dataclass(frozen=True)
class Piece:
    """Parts of the ring, as one SVG path; keys there have `node` as their first home."""

    node: str
    path: str
    number: int  # of the node, for its colour


@dataclass(frozen=True)
class Mark:
    """A key's place, and its homes in words."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class RingDrawing:
    """The ring of these nodes; `shares` is each node's share of all keys as their first home."""

    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...]
    shares: Mapping[str, float]


def ring_drawing(nodes: Sequence[str], keys: Sequence[str], n: int) -> RingDrawing:
    """The ring, with the first of the `keys` on it and the `n` homes of each."""
    ring = ring_of(tuple(nodes))
    places = ring.places()
    stretches = [(places[-1][0] - 1, places[0]), *((one[0], two) for one, two in pairwise(places))]
    shares, arcs = dict.fromkeys(nodes, 0.0), {node: list[str]() for node in nodes}
    for begin, (end, node) in stretches:
        shares[node] += end - begin
        arcs[node].append(_arc(begin, end))
    return RingDrawing(
        pieces=tuple(Piece(node, "".join(arcs[node]), number) for number, node in enumerate(nodes)),
        marks=tuple(_mark(key, ring.place(key), ring.preference(key, n)) for key in keys[:MOST_KEYS]),
        shares=shares,
    )


def _arc(begin: float, end: float) -> str:
    (x0, y0), (x1, y1) = _point(begin, RADIUS), _point(end, RADIUS)
    return f"M{x0:.2f} {y0:.2f}A{RADIUS:g} {RADIUS:g} 0 {int(end - begin > 0.5)} 1 {x1:.2f} {y1:.2f}"


def _mark(key: str, place: float, homes: Sequence[str]) -> Mark:
    return Mark(*_point(place, OUTSIDE), f"{key}: {', '.join(homes)}")


def _point(place: float, radius: float) -> tuple[float, float]:
    """On the circle, clockwise from the top."""
    angle = 2 * pi * place
    return round(CENTRE + radius * sin(angle), 2), round(CENTRE - radius * cos(angle), 2)
