"""The strokes of a schedule that somebody wrote: each must have somebody to strike, and an effect."""

from collections.abc import Mapping
from itertools import product
from typing import Any

from chaos.catalogue.names import hint
from chaos.schedules.aims import Aims
from chaos.schedules.schedule import NEEDS, ONE_WAY, ORDERS, Kind, Stroke
from chaos.schedules.telling import WrittenError, named, shown, whole
from chaos.targets.target import orders_of

MOST_STROKES = 500
FIELDS = Stroke.__struct_fields__
AMOUNTS: Mapping[str, tuple[int, int, str]] = {  # least, most, and what it is
    "slow": (1, 60_000, "milliseconds"),
    "slow-one-way": (1, 60_000, "milliseconds"),
    "clock": (-86_400_000, 86_400_000, "milliseconds"),
    "clock-drift": (-900, 10_000, "thousandths"),
    "clock-strobe": (1, 86_400_000, "milliseconds"),
    "disk-slow": (2, 1000, "a factor"),
}


class NodesOf(Aims):
    """Whom a stroke may name in a cluster of that shape with those settings."""

    @property
    def names(self) -> tuple[str, ...]:
        """Nodes, spares, and the roles that there are."""
        followers = tuple(name.replace("leader", "follower") for name in self.leaders)
        return (*self.nodes, *self.shape.spare_names, *self.leaders, *followers)

    def talk(self, source: str, target: str, one_way: bool) -> bool:
        """Is there a link that a fault between the two can strike?"""
        pairs = product(self.may_be(source), self.may_be(target))
        return any(self._linked(a, b, one_way) for a, b in pairs if a != b)


def strokes_in(document: Any, nodes: NodesOf, longest_ms: int) -> tuple[Stroke, ...]:
    """The strokes of the list `document`, in the order of time. Raises `WrittenError`."""
    if not isinstance(document, list) or not document:
        what = "is missing" if document is None else f"is {shown(document)}"
        raise WrittenError(f"strokes {what}; it is a list of faults, at least one")
    if len(document) > MOST_STROKES:
        raise WrittenError(f"strokes has {len(document)} faults; {MOST_STROKES} are the most")
    strokes = [_stroke(f"strokes[{number}]", each, nodes, longest_ms) for number, each in enumerate(document)]
    return tuple(sorted(strokes, key=lambda stroke: stroke.at_ms))


def _stroke(where: str, document: Any, nodes: NodesOf, longest_ms: int) -> Stroke:
    if not isinstance(document, dict):
        example = '{"kind": "kill", "at_ms": 0, "for_ms": 1000, "source": "n1"}'
        raise WrittenError(f"{where} is an object like {example}, not {shown(document)}")
    named(f"{where}.", document, FIELDS)
    kind = _kind(f"{where}.kind", document.get("kind"), nodes)
    stroke = Stroke(
        kind=kind,
        at_ms=whole(f"{where}.at_ms", document.get("at_ms"), 0, longest_ms),
        for_ms=whole(f"{where}.for_ms", document.get("for_ms", 0), 0, longest_ms),
        source=_node(f"{where}.source", document.get("source"), nodes),
        targets=_targets(f"{where}.targets", document.get("targets", []), nodes),
        amount=_amount(f"{where}.amount", kind, document.get("amount", 0)),
        part_of=_part_of(f"{where}.part_of", document.get("part_of", "")),
    )
    _must_have_an_effect(where, stroke, nodes)
    return stroke


def _kind(where: str, value: Any, nodes: NodesOf) -> Kind:
    if not isinstance(value, str) or value not in NEEDS:
        known = hint(value, NEEDS) if isinstance(value, str) else f"there are: {', '.join(NEEDS)}"
        raise WrittenError(f"{where} is {shown(value)}, and there is no such fault; {known}")
    family = nodes.settings.family
    if value in ORDERS and value not in orders_of(family):
        raise WrittenError(
            f"{where} is {value!r}, which nobody can order in a {family} cluster; leave it out"
        )
    return value


def _node(where: str, value: Any, nodes: NodesOf) -> str:
    if not isinstance(value, str) or value not in nodes.names:
        known = hint(value, nodes.names) if isinstance(value, str) else f"there are: {', '.join(nodes.names)}"
        raise WrittenError(f"{where} is {shown(value)}, and no node has that name; {known}")
    return value


def _targets(where: str, value: Any, nodes: NodesOf) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise WrittenError(f'{where} is a list of nodes like ["n2"], not {shown(value)}')
    return tuple(_node(f"{where}[{number}]", each, nodes) for number, each in enumerate(value))


def _amount(where: str, kind: Kind, value: Any) -> int:
    if kind not in AMOUNTS:
        return whole(where, value, 0, 0) if value else 0
    least, most, unit = AMOUNTS[kind]
    try:
        amount = whole(where, value, least, most)
    except WrittenError as error:
        raise WrittenError(f"{error} ({unit})") from error
    if not amount:
        raise WrittenError(f"{where} is 0, which changes nothing; {kind} needs {unit}")
    return amount


def _part_of(where: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > 80:
        raise WrittenError(f"{where} is a name of at most 80 characters, not {shown(value)}")
    return value


def _must_have_an_effect(where: str, stroke: Stroke, nodes: NodesOf) -> None:
    """Raises `WrittenError` for a fault that would pass without one."""
    if stroke.kind == "hand-over" and not stroke.source.startswith("leader"):
        raise WrittenError(f"{where}.source is {stroke.source!r}; who hands over is the leader: say 'leader'")
    if stroke.kind == "promote" and not set(nodes.may_be(stroke.source)) <= set(nodes.shape.machines):
        raise WrittenError(f"{where}.source is {stroke.source!r}; only a replica can be promoted")
    if stroke.kind not in ORDERS and not stroke.for_ms:
        raise WrittenError(f"{where}.for_ms is 0 or missing; say for how many milliseconds it lasts")
    for target in stroke.targets if "links" in NEEDS[stroke.kind] else ():
        if not nodes.talk(stroke.source, target, stroke.kind in ONE_WAY):
            how = "asks" if stroke.kind in ONE_WAY else "talks with"
            raise WrittenError(
                f"{where}: {stroke.source} never {how} {target}, so there is no link to strike"
            )
