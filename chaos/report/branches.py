"""Conflicting versions as branches that meet: who wrote what, knowing what, and what became of it.

Each leader has a lane; a version is in the lane of the leader that took it, and arrows lead to it from the
versions that its author knew. Where two arrows leave one version there are two branches, and where two arrive
they meet. All of it comes from the history: what authors had seen, and what the replicas hold in the end.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from chaos.checkers._finals import FinalContents, Holding
from chaos.checkers._keys import UnreadableError, keys_of
from chaos.checkers._knowledge import Knowledge, Known, is_known
from chaos.checkers._parts import Parts
from chaos.cluster import Event
from chaos.history import canonical
from chaos.report.arrowhead import arrowhead
from chaos.report.cast import Cast
from chaos.report.columns import shown
from chaos.report.origins import origins_of
from chaos.report.outcomes import IN_DOUBT, MEANING
from chaos.report.saved import Saved

MOST, LONGEST = 12, 10
LEFT, TOP, STEP_X, STEP_Y, BOX_W, BOX_H = 38.0, 16.0, 92.0, 66.0, 76.0, 34.0
LOST = "lost-write"


@dataclass(frozen=True)
class Version:
    """A version and its box, with a `short` text in it. `fate` says what became of it, `state` in one word.

    States are shown, replaced, lost, gone, deleted and doubt.
    """

    x: float
    y: float
    text: str
    short: str
    index: int
    by: str
    at_s: float
    knew: str
    fate: str
    state: str
    in_conflict: bool


@dataclass(frozen=True)
class Arrow:
    """From what an author knew to what they wrote: an SVG path, and the points of its head's polygon."""

    line: str
    head: str


@dataclass(frozen=True)
class Branches:
    """Some versions of `key` in order of time; `lanes` are the leaders, with the height of each lane."""

    key: str
    versions: tuple[Version, ...]
    arrows: tuple[Arrow, ...]
    lanes: tuple[tuple[str, float], ...]
    end: tuple[tuple[str, str], ...]  # what replicas hold in the end: their names, and the values
    left_out: int
    conflicts: int
    width: float
    height: float


def branches(saved: Saved, cast: Cast) -> Branches | None:
    """Versions worth looking at; None if nothing was in conflict, as far as authors say what they knew."""
    try:
        finals = FinalContents(saved.history)
        known = [of_key for of_key in keys_of(saved.history) if not of_key.is_counter and is_known(of_key)]
    except UnreadableError:
        return None
    lost = _lost(saved)
    best: tuple[tuple[int, int], Knowledge, list[int]] | None = None
    for of_key in known:
        knowledge = Knowledge(of_key)
        conflicts = _conflicts(knowledge)
        merit = sum(one.change.index in lost for one in knowledge.changes), sum(map(bool, conflicts))
        if any(conflicts) and (best is None or merit > best[0]):
            best = merit, knowledge, conflicts
    if best is None:
        return None
    origins = origins_of(saved.about.get("options", {}), cast)
    return _drawn(*best[1:], finals.of(best[1].of_key.key), lost, saved.events, origins)


def _lost(saved: Saved) -> frozenset[int]:
    """The events that the checker for lost writes names."""
    found = (each for each in saved.verdict.anomalies if each.name == LOST)
    return frozenset(index for each in found for witness in each.witnesses for index in witness.ops)


def _conflicts(knowledge: Knowledge) -> list[int]:
    """For each change, the concurrent ones, as bits."""
    changes = [one for one in knowledge.changes if not one.is_blind and one.change.outcome != "fail"]
    found = [0] * len(knowledge.changes)
    for one in changes:
        for other in changes:
            if other is not one and not one.knew & other.bit and not other.knew & one.bit:
                found[one.number] |= other.bit
    return found


def _drawn(
    knowledge: Knowledge,
    conflicts: Sequence[int],
    holdings: Sequence[Holding],
    lost: frozenset[int],
    events: Iterable[Event],
    origins: Mapping[str, str],
) -> Branches:
    window = _window(knowledge, conflicts, lost, holdings)
    homes = [origins.get(_leader(one), _leader(one)) for one in window]
    lanes = sorted(dict.fromkeys(homes), key=lambda name: (len(name), name))
    fates = _Fates(knowledge, holdings, lost, events)
    drawn = {
        one.number: _version(one, place, lanes.index(home), fates, bool(conflicts[one.number]))
        for place, (one, home) in enumerate(zip(window, homes, strict=True))
    }
    return Branches(
        key=str(knowledge.of_key.key),
        versions=tuple(drawn.values()),
        arrows=tuple(
            _arrow(drawn[other.number], drawn[one.number])
            for one in window
            for other in _nearest(one, knowledge)
            if other.number in drawn
        ),
        lanes=tuple((name, TOP + BOX_H / 2 + place * STEP_Y) for place, name in enumerate(lanes)),
        end=tuple(_end(holdings)),
        left_out=len(knowledge.changes) - len(window),
        conflicts=sum(map(bool, conflicts)),
        width=LEFT + STEP_X * (len(window) - 1) + BOX_W + 8,
        height=TOP + 8 + BOX_H + STEP_Y * (len(lanes) - 1),
    )


def _window(
    knowledge: Knowledge, conflicts: Sequence[int], lost: frozenset[int], holdings: Sequence[Holding]
) -> list[Known]:
    """Some versions in the order of time: first of all those that remain in the end, however many.

    Then the first one that was lost; what these knew and were in conflict with; and what stands near that
    lost one, or where nothing was lost the newest.
    """
    newest = knowledge.changes[::-1]
    remaining = _remaining(knowledge, holdings)
    first_lost = [one for one in knowledge.changes if one.change.index in lost][:1]
    focus = [*remaining, *first_lost]
    near = [known for one in focus for known in _nearest(one, knowledge)]
    rivals = [other for other in newest for one in focus if conflicts[one.number] & other.bit]
    rest = sorted(newest, key=lambda one: abs(one.number - first_lost[0].number)) if first_lost else newest
    chosen = list(dict.fromkeys(one.number for one in (*focus, *near, *rivals, *rest)))
    return [knowledge.changes[number] for number in sorted(chosen[: max(MOST, len(remaining))])]


def _remaining(knowledge: Knowledge, holdings: Sequence[Holding]) -> list[Known]:
    """The versions that replicas hold in the end; of a value that nobody wrote as it is, the newest part."""
    found: dict[int, Known] = {}
    for value in (value for holding in holdings for value in holding.values):
        one = knowledge.whole(value, math.inf)
        carriers = [one for part in knowledge.splitter.parts(value) for one in knowledge.origins(part)]
        if one is None and carriers:
            one = max(carriers, key=lambda each: each.number)
        if one is not None:
            found[one.number] = one
    return [found[number] for number in sorted(found)]


def _leader(one: Known) -> str:
    return str(one.change.node or one.change.gateway or "?")


def _arrow(one: Version, other: Version) -> Arrow:
    """An arrow from one box to another, above those between them in their lane."""
    x0, x1, y0, y1 = one.x + BOX_W, other.x, one.y + BOX_H / 2, other.y + BOX_H / 2
    up = 2 * BOX_H - 30 if y0 == y1 and x1 - x0 > STEP_X else 0
    line = f"M{x0} {y0}C{x0 + 26} {y0 - up} {x1 - 26} {y1 - up} {x1} {y1}"
    return Arrow(line, arrowhead((x1, y1), (x1 - 26, y1 - up)))


def _nearest(one: Known, knowledge: Knowledge) -> Iterator[Known]:
    """The versions that it knew and that no other version it knew had replaced."""
    known = list(knowledge.of(one.knew))
    return (each for each in known if not any(other.knew & each.bit for other in known))


def _version(one: Known, place: int, lane: int, fates: "_Fates", in_conflict: bool) -> Version:
    change = one.change
    state, fate = fates.of(one)
    return Version(
        x=LEFT + place * STEP_X,
        y=TOP + lane * STEP_Y,
        text=_text(one),
        short=_short(_text(one)),
        index=change.index,
        by=f"client {change.process} at {_leader(one)}",
        at_s=change.invoked_ns / 1e9,
        knew=", ".join(map(shown, change.saw or ())) or "nothing",
        fate=fate,
        state=state,
        in_conflict=in_conflict,
    )


def _text(one: Known) -> str:
    """What it brought in, or all of it if it brought in nothing."""
    return "deleted" if one.change.f == "delete" else _words(one.fresh) or shown(one.change.value)


def _short(text: str) -> str:
    """The text shortened in the middle, because beginnings and ends differ most."""
    return text if len(text) <= LONGEST else f"{text[:3]}…{text[-5:]}"


def _words(parts: Parts) -> str:
    return " ".join(shown(msgspec.json.decode(part)) for part in parts)


def _end(holdings: Iterable[Holding]) -> Iterator[tuple[str, str]]:
    """Values, and which replicas hold them; one line if all hold the same."""
    by_value: dict[bytes, list[Holding]] = {}
    for holding in holdings:
        by_value.setdefault(canonical(sorted(holding.values, key=canonical)), []).append(holding)
    for some in by_value.values():
        values = " beside ".join(map(shown, sorted(some[0].values, key=canonical))) or "nothing"
        yield ", ".join(holding.node for holding in some), values


def _is_in(one: Known, parts: Parts) -> bool:
    return bool(one.parts) and all(part in parts for part in one.fresh or one.parts)


class _Fates:
    """What became of each version: is it there in the end, who replaced it, or is it lost?"""

    def __init__(
        self,
        knowledge: Knowledge,
        holdings: Sequence[Holding],
        lost: frozenset[int],
        events: Iterable[Event],
    ) -> None:
        self._knowledge, self._lost = knowledge, lost
        self._resolved = [
            each
            for each in events
            if each.event == "conflict-resolved" and each.fields.get("key") == knowledge.of_key.key
        ]
        self._held = {
            holding.node: (knowledge.splitter.of_all(holding.values), holding.values) for holding in holdings
        }

    def of(self, one: Known) -> tuple[str, str]:
        """Its state, and the sentence about it."""
        holders = [node for node, (parts, _) in self._held.items() if _is_in(one, parts)]
        replacer = next(
            (x for x in self._knowledge.changes if x.knew & one.bit and x.change.outcome == "ok"), None
        )
        if one.change.index in self._lost:
            return "lost", f"lost: nobody who knew it replaced it{self._instead(one)}"
        if one.change.outcome == "info" and not holders and replacer is None:
            return "doubt", f"{IN_DOUBT}: {MEANING['info']}"
        if holders and (replacer is None or one.fresh):
            return "shown", f"there in the end{self._how(one, holders)}"
        if replacer is not None:
            return "replaced", f"replaced by {_text(replacer)}, whose author had seen it"
        if one.change.f == "delete":
            return "deleted", "a deletion"
        return "gone", "gone: another version took its place" if self._held else "nobody read it in the end"

    def _instead(self, one: Known) -> str:
        """What the log says who dropped it, and for what."""
        value = shown(one.change.value)
        for each in self._resolved:
            if value in str(each.fields.get("lost", "")).split(" "):
                by, kept = each.fields.get("by"), each.fields.get("kept")
                return f"; {by} kept {kept} instead (first at {each.node}, {each.time_s:.3f} s)"
        return ""

    def _how(self, one: Known, holders: Sequence[str]) -> str:
        where = "" if len(holders) == len(self._held) else f" at {', '.join(holders)} only"
        values = self._held[holders[0]][1]
        if any(canonical(value) == canonical(one.change.value) for value in values):
            return where if len(values) == 1 else f"{where}, beside another version"
        return f"{where}, as a part of {shown(values[0])}"
