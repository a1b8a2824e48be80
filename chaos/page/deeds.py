"""What was done by hand as a schedule: each fault with its time since the first, and how long it lasted.

A fault by hand stays until somebody heals it, so its end is a deed of its own. Links are healed one by one; a
fault on several links is kept link by link, and joined again if it ended on all of them together.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from chaos.page.orders import Order
from chaos.page.wires import LATENCY_MS
from chaos.schedules.schedule import Kind, Stroke

BETWEEN: Mapping[str, Kind] = {  # faults of the links between two, by the name of their order
    "cut": "cut",
    "cut-one-way": "cut-one-way",
    "lose-reply": "lose-replies",
    "lose-request": "lose-requests",
    "refuse": "refuse",
    "slow": "slow",
}
OF_ALL: Mapping[str, Kind] = {"isolate": "cut", "slow-all": "slow"}  # of all links of a node
OF_NODE: Mapping[str, Kind] = {"kill": "kill", "pause": "pause"}


@dataclass(frozen=True)
class Deed:
    """An order that was obeyed, from the second `began_s` to `ended_s`."""

    order: Order
    began_s: float
    ended_s: float


@dataclass(frozen=True)
class _Open:
    """A fault that is still in force; for a link, `target` is its other end."""

    kind: Kind
    source: str
    target: str
    began_s: float

    def is_between(self, *nodes: str) -> bool:
        return bool(self.target) and {self.source, self.target} == set(nodes)

    def is_at(self, node: str) -> bool:
        return bool(self.target) and node in (self.source, self.target)

    def is_of(self, node: str) -> bool:
        return not self.target and self.source == node


@dataclass
class _Book:
    """The strokes so far, and what is in force."""

    peers: Callable[[str], Sequence[str]]
    open: list[_Open] = field(default_factory=list)
    closed: list[tuple[_Open, float]] = field(default_factory=list)  # with the second of their end

    def begin(self, kind: Kind, source: str, target: str, at_s: float) -> None:
        """What is so already stays as it is."""
        if not any((each.kind, each.source, each.target) == (kind, source, target) for each in self.open):
            self.open.append(_Open(kind, source, target, at_s))

    def end(self, which: Callable[[_Open], bool], at_s: float) -> None:
        """Undo those faults."""
        self.closed += [(each, at_s) for each in self.open if which(each)]
        self.open = [each for each in self.open if not which(each)]

    def take(self, deed: Deed) -> None:
        """What that deed began or ended."""
        what, node, other, at_s = deed.order.what, deed.order.node, deed.order.other, deed.began_s
        if what in BETWEEN:
            self.begin(BETWEEN[what], node, other, at_s)
        elif what in OF_ALL:
            for peer in self.peers(node):
                self.begin(OF_ALL[what], node, peer, at_s)
        elif what == "partition":
            for one, inside in ((node, other), (other, node)):
                for peer in [peer for peer in self.peers(one) if peer != inside]:
                    self.begin("cut", one, peer, at_s)
        elif what in OF_NODE:
            self.end(lambda each: each.is_of(node), at_s)  # who is killed is not paused any more
            self.begin(OF_NODE[what], node, "", at_s)
        elif what == "restart":
            self._restart(deed)
        else:
            self._heal(deed)

    def _restart(self, deed: Deed) -> None:
        """Who was alive was killed by it, and back when it was over."""
        node = deed.order.node
        if any(each.kind == "kill" and each.is_of(node) for each in self.open):
            self.end(lambda each: each.is_of(node), deed.began_s)
            return
        self.end(lambda each: each.is_of(node), deed.began_s)
        self.begin("kill", node, "", deed.began_s)
        self.end(lambda each: each.is_of(node), deed.ended_s)

    def _heal(self, deed: Deed) -> None:
        what, node, other = deed.order.what, deed.order.node, deed.order.other
        ends: Mapping[str, Callable[[_Open], bool]] = {
            "resume": lambda each: each.is_of(node),
            "heal-link": lambda each: each.is_between(node, other),
            "heal-links": lambda each: each.is_at(node),
            "heal": lambda _: True,
        }
        if what in ends:
            self.end(ends[what], deed.began_s)


class Done(NamedTuple):
    """A fault or order as a stroke; if the fault is still in force, the stroke's length is that so far."""

    stroke: Stroke
    is_in_force: bool = False

    def __str__(self) -> str:
        if self.is_in_force:
            return f"since {self.stroke.at_ms / 1000:.3f} s, still in force: {self.stroke.words}"
        return str(self.stroke)


def done_by(deeds: Sequence[Deed], until_s: float, peers: Callable[[str], Sequence[str]]) -> list[Done]:
    """What the deeds came to by `until_s`, in order. `peers` gives the nodes that a node talks with."""
    if not deeds:
        return []
    first_s, book = deeds[0].began_s, _Book(peers)
    for deed in deeds:
        book.take(deed)
    in_force = [(each, until_s) for each in book.open]
    done = [
        *map(Done, _together(book.closed, first_s)),
        *(Done(stroke, is_in_force=True) for stroke in _together(in_force, first_s)),
        *map(Done, _orders(deeds, first_s)),
    ]
    return sorted(done, key=lambda each: (each.stroke.at_ms, each.stroke.kind, each.stroke.source))


def _together(closed: Sequence[tuple[_Open, float]], first_s: float) -> Iterator[Stroke]:
    """One stroke for all links of a node that were struck and healed together."""
    groups: dict[tuple[Kind, str, float, float], list[str]] = {}
    for each, ended_s in closed:
        key = (each.kind, each.source, each.began_s, ended_s)
        groups.setdefault(key, []).append(each.target)
    for (kind, source, began_s, ended_s), targets in groups.items():
        yield Stroke(
            kind=kind,
            at_ms=_ms(began_s - first_s),
            for_ms=max(1, _ms(ended_s - began_s)),
            source=source,
            targets=tuple(filter(None, targets)),
            amount=LATENCY_MS if kind == "slow" else 0,
        )


def _orders(deeds: Sequence[Deed], first_s: float) -> Iterator[Stroke]:
    """What an operator ordered, which nobody undoes."""
    for deed in deeds:
        at_ms, node = _ms(deed.began_s - first_s), deed.order.node
        if deed.order.what == "promote":
            yield Stroke(kind="promote", at_ms=at_ms, for_ms=0, source=node)
        elif deed.order.what == "hand-over":
            yield Stroke(kind="hand-over", at_ms=at_ms, for_ms=0, source="leader", targets=(node,))


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
