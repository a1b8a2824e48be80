"""From what was recorded to what is shown: each look as a picture, each message as a flight, all in words."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeVar

from chaos.cluster import Event
from chaos.history import NEMESIS
from chaos.judging.verdict import Verdict
from chaos.page.drawn import picture
from chaos.page.lines import Lines
from chaos.page.seen import seen_in
from chaos.page.simulated.film import (
    MOST_WITNESSES,
    Film,
    FilmLine,
    Flight,
    Frame,
    Happening,
    Judged,
    Outcome,
    Reel,
    as_lines,
    proof_of,
)
from chaos.page.simulated.take import Take
from chaos.recording.exchange import Exchange
from chaos.report.outcomes import OUTCOMES
from chaos.report.words import capitalized, opening
from chaos.running.judgement import NO_FAULT

MOST_FLIGHTS = 6000
EFFECT_MS = 100.0  # what has changed nothing by then changes nothing that the map shows
TOO_LATE = "the run was over by then"
NEVER = -1.0
T = TypeVar("T")


def developed(take: Take) -> Reel:
    """All that a page shows of `take`."""
    verdict = take.verdict
    events = take.history.events
    lines = _lines(take)
    pictures = _pictures(take)
    film = Film(
        **pictures,
        seed=take.plan.seed,
        ends_ms=round(max((event.time for event in events), default=0) / 1e6, 3),
        stopped_ms=round(take.told.stopped_ms, 3),
        held=tuple((each.at_ms, each.node, each.key, each.words) for each in take.camera.held),
        lines=tuple(lines),
        happenings=tuple(_happenings(take, lines, pictures["frames"])),
        flights=tuple(_flights(take)),
        verdict=_judged(verdict, is_untouched=take.plan.is_untouched_story),
        struck=_outcomes(take),
    )
    return Reel(film, as_lines(events), tuple(event.time for event in events), verdict.anomalies)


class _Table(dict[T, int]):
    """Numbers things in the order in which they turn up; equal things have one number."""

    def number(self, thing: T) -> int:
        return self.setdefault(thing, len(self))


def _pictures(take: Take) -> dict[str, Any]:
    nodes, wires, frames = _Table[Any](), _Table[Any](), list[Frame]()
    settings: Mapping[str, Any] = {}
    shown = None
    for look in take.camera.looks:
        seen = seen_in(take.cluster, look.found, settings)
        settings = seen.settings
        shown = picture(seen)
        frames.append(
            Frame(
                at_ms=look.at_ms,
                headline=shown.headline,
                alarm=shown.alarm,
                because=shown.because,
                wrong=shown.wrong,
                nodes=tuple(map(nodes.number, shown.nodes)),
                wires=tuple(map(wires.number, shown.wires)),
            )
        )
    assert shown
    alike = ("name", "family", "settings", "doors", "replicas", "places")
    return {
        **{name: getattr(shown, name) for name in alike},
        "nodes": tuple(nodes),
        "wires": tuple(wires),
        "frames": tuple(frames),
    }


def _lines(take: Take) -> list[FilmLine]:
    """What the nodes said, and among it what was done to them."""
    events = (event for event in take.cluster.events() if event.time_s >= take.began_s)
    words = Lines()
    said = [_line(words, event, take.began_s) for event in sorted(events, key=lambda each: each.time_s)]
    return sorted([*said, *take.lines], key=lambda each: each.time_s)


def _line(words: Lines, event: Event, began_s: float) -> FilmLine:
    found = words.line(event)
    return FilmLine(round(event.time_s - began_s, 6), found.node, found.kind, found.text)


def _happenings(take: Take, lines: Sequence[FilmLine], frames: Sequence[Frame]) -> Iterator[Happening]:
    """In the order of time: faults, what nodes say that stands out, failed requests, and proofs."""
    kinds = {"fault": "fault", "notable": "role"}
    found = [
        Happening(_seen_ms(each, frames), kinds[each.kind], f"{each.node}: {each.text}")
        for each in lines
        if each.kind in kinds
    ]
    found += _failures(take)
    found += _proven(take)
    yield from sorted(found, key=lambda each: each.at_ms)


def _seen_ms(said: FilmLine, frames: Sequence[Frame]) -> float:
    """When it happened; a fault, when it is seen: it is told first, and takes some milliseconds to strike."""
    at_ms = round(said.time_s * 1000, 3)
    if said.kind != "fault":
        return at_ms
    soon = bisect_right(frames, at_ms, key=lambda frame: frame.at_ms)
    for before, frame in pairwise(frames[max(0, soon - 1) :]):
        if frame.at_ms > at_ms + EFFECT_MS:
            break
        if (frame.wires, frame.wrong) != (before.wires, before.wrong):
            return frame.at_ms
    return at_ms


def _failures(take: Take) -> Iterator[Happening]:
    for event in take.history.events:
        if event.type in OUTCOMES and event.process != NEMESIS and not event.final:
            text = f"{event.f} {event.key} is {OUTCOMES[event.type]}: {event.error}"
            yield Happening(round(event.time / 1e6, 3), "request", text)


def _proven(take: Take) -> Iterator[Happening]:
    """Where the last event of a proof happened, so much was shown."""
    times = [event.time for event in take.history.events]
    for finding in take.verdict.anomalies:
        for witness in finding.witnesses[:MOST_WITNESSES] if finding.found else ():
            at_ns = max((times[op] for op in witness.ops if op < len(times)), default=0)
            yield Happening(round(at_ns / 1e6, 3), "anomaly", f"{finding.name}: {witness.text}")


def _flights(take: Take) -> Iterator[Flight]:
    """Both ways of each message between nodes; of very many every second, third … is shown."""
    nodes = {account["node"] for look in take.camera.looks[:1] for account in look.found["nodes"]}
    heard = [
        each
        for each in take.cluster.overheard()
        if each.sent_s >= take.began_s and each.source in nodes and each.target in nodes
    ]
    each_of = max(1, -(-2 * len(heard) // MOST_FLIGHTS))
    for exchange in heard[::each_of]:
        yield from _both_ways(exchange, take.began_s)


def _both_ways(exchange: Exchange, began_s: float) -> Iterator[Flight]:
    def since(moment_s: float | None) -> float:
        return NEVER if moment_s is None else round((moment_s - began_s) * 1000, 3)

    source, target, kind = exchange.source, exchange.target, exchange.facts.kind
    yield Flight(source, target, since(exchange.sent_s), since(exchange.arrived_s), kind, False)
    if exchange.answered_s is not None:
        came_s = exchange.ended_s if exchange.outcome not in (None, "timed-out", "connection-lost") else None
        yield Flight(target, source, since(exchange.answered_s), since(came_s), kind, True)


def _judged(verdict: Verdict, is_untouched: bool) -> Judged:
    proofs = tuple(map(proof_of, verdict.anomalies))
    if is_untouched:
        said = opening(verdict)
        sentence = f"{capitalized(said.word)}: {said.sentence}"
        return Judged(sentence=sentence, tone=said.tone, proofs=proofs, problems=verdict.problems)
    seen = [proof.words for proof in proofs if proof.found]
    free = [proof.words for proof in proofs if proof.found is False]
    unknown = [proof.words for proof in proofs if proof.found is None]
    tone = "bad" if seen else "doubt" if unknown else "fine"
    words = ", ".join(seen or unknown or free)
    # A film in which nothing happens is no evidence, and claims none.
    problems = tuple(problem for problem in verdict.problems if problem != NO_FAULT)
    return Judged(sentence=f"{capitalized(words)}.", tone=tone, proofs=proofs, problems=problems)


def _outcomes(take: Take) -> tuple[Outcome, ...]:
    done, strikes = take.told.done, enumerate(take.plan.strikes)
    return tuple(Outcome(strike.at_ms, *done.get(number, (False, TOO_LATE))) for number, strike in strikes)
