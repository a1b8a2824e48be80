"""The faults of a run as spans of time, each from when it struck to when it ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chaos.cluster.links import Link
from chaos.history import Event, History
from chaos.history.faults import struck
from chaos.report.cast import Cast

# How the history calls the end of a fault, and what it may end; `stop-x` ends `start-x` anyway.
ENDS: Mapping[str, tuple[str, ...]] = {
    "start": ("kill",),
    "start-on-empty-disk": ("kill",),
    "restart-on-old-disk": ("copy-disk", "kill"),
    "resume": ("pause",),
    "thaw": ("freeze",),
    "fast": ("slow",),
    "reset-clock": ("bump-clock", "skew-clock", "strobe-clock"),
    "fast-disk": ("slow-disk",),
    "free-disk": ("fill-disk",),
}
# What a fault does to the links or nodes that it strikes; the report draws by these words.
EFFECTS: Mapping[str, str] = {
    "start-partition": "cut",
    "start-lose-request": "lose-request",
    "start-lose-reply": "lose-reply",
    "slow": "slow",
    "kill": "dead",
    "start-upgrade": "dead",
    "pause": "paused",
    "freeze": "paused",
}


@dataclass(frozen=True)
class Band:
    """One fault; `to_ns` is None if its end is not recorded. `index` is that of its first event."""

    index: int
    f: str
    value: Mapping[str, Any]
    from_ns: int
    to_ns: int | None = None

    @property
    def is_order(self) -> bool:
        """True for an operator's order, which has no length."""
        return self.to_ns == self.from_ns

    @property
    def effect(self) -> str:
        """See `EFFECTS`; `other` if no drawing knows it."""
        return EFFECTS.get(self.f, "other")

    def links(self, cast: Cast) -> list[Link]:
        """The links that it strikes."""
        grudge = self.value.get("grudge")
        if isinstance(grudge, dict):
            pairs = {(source, target) for target, sources in grudge.items() for source in sources}
            return [x for x in cast.links if (x.source, x.address_key) in pairs and x.touchable]
        return cast.links_named([*self.value.get("links", ()), *self.value.get("on", ())])

    def nodes(self, cast: Cast) -> list[str]:
        """The nodes that it strikes themselves."""
        named = {*self.value.get("nodes", ()), *self.value.get("on", ())}
        return [node for node in cast.nodes if node in named]


def bands(history: History) -> list[Band]:
    """Every fault, in the order of beginning; of equal faults, the last to begin is the first to end."""
    begun: list[Band] = []
    for event in history.nemesis:
        place = _ended_by(event, begun)
        if place is not None:
            begun[place] = replace(begun[place], to_ns=event.time)
        elif not _is_end(event.f):
            until = None if _lasts(event.f) else event.time
            begun.append(Band(event.index, event.f, _mapping(event.value), event.time, until))
    return begun


def turning_points(some: Iterable[Band]) -> list[int]:
    """The moments (nanoseconds) at which a fault begins or ends."""
    return sorted({moment for band in some for moment in (band.from_ns, band.to_ns) if moment is not None})


def _ended_by(event: Event, begun: Sequence[Band]) -> int | None:
    ends = ENDS.get(event.f, (event.f.replace("stop-", "start-", 1),) if event.f.startswith("stop-") else ())
    targets = struck(_mapping(event.value))
    for place in reversed(range(len(begun))):
        band = begun[place]
        if band.to_ns is None and band.f in ends and struck(band.value) == targets:
            return place
    return None


def _is_end(f: str) -> bool:
    return f in ENDS or f.startswith("stop-")


def _lasts(f: str) -> bool:
    """Faults last until they are undone; anything else is an order, which is given once."""
    return f in EFFECTS or f.startswith("start-") or any(f in begins for begins in ENDS.values())


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
