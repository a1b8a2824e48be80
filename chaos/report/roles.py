"""Who led when, in which epoch, and who was dead or paused: the lives of replicas and devices as spans.

A leader whose lease has run out, or that waits for its first, still calls itself leader but may confirm
nothing: it is `unleased` until it gets a lease or leads no more. Only its log tells, because its status only
gives its role.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from chaos.report.bands import Band
from chaos.report.cast import Cast
from chaos.report.saved import Saved

LAST_WORDS = ("powered-off", "shut-down-by-order", "crashed")
NOT_AT_WORK = ("dead", "paused", "starting")
EXPIRED, GRANTED = "lease-expired", "lease-granted"
UNSURE = ("promoted", "lease-in-doubt")  # a lease follows, but only where leases are granted
SURE_NS = 50_000_000  # an answer to a question may be older than what was logged just before it


@dataclass(frozen=True)
class Span:
    """What a replica was, from `from_ns` until its next span begins."""

    from_ns: int
    state: str  # its role, such as leader or home, `unleased`, or one of `NOT_AT_WORK`
    epoch: int | None


Fact: TypeAlias = tuple[int, str, int | None]  # since when, what, in which epoch


def lives(saved: Saved, cast: Cast, bands: Sequence[Band]) -> dict[str, list[Span]]:
    """The spans of every replica and device, in the order of time."""
    nodes = (*cast.replicas, *cast.devices)
    return {node: _spans(_facts(saved, cast, bands, node)) for node in nodes}


def last_leader(saved: Saved) -> str | None:
    """Who led the last epoch, by samples and log; None if there were several leaders, or none is known."""
    said = [(event.fields.get("epoch"), event.node) for event in saved.events if event.event == "promoted"]
    asked = [(each["epoch"], str(each["node"])) for each in saved.samples if each.get("role") == "leader"]
    known = [(epoch, node) for epoch, node in (*said, *asked) if epoch is not None]
    several = saved.partitions or saved.about.get("options", {}).get("family") == "multi-leader"
    latest = max((epoch for epoch, _ in known), default=None)
    newest = {node: None for epoch, node in known if epoch == latest}
    return next(iter(newest)) if len(newest) == 1 and not several else None


def _facts(saved: Saved, cast: Cast, bands: Sequence[Band], node: str) -> list[Fact]:
    said = list(_said(saved, node))
    logged = [moment for moment, _, _ in said]
    asked = [fact for fact in _asked(saved, node) if not any(0 <= m - fact[0] < SURE_NS for m in logged)]
    return sorted([*said, *asked, *_struck(cast, bands, node)], key=lambda fact: fact[0])


def _said(saved: Saved, node: str) -> Iterable[Fact]:
    """From the node's own log."""
    own = [event for event in saved.events if event.node == node and event.fields.get("role")]
    granted = {event.fields.get("epoch") for event in own if event.event == GRANTED}
    for event in own:
        state, epoch = str(event.fields["role"]), event.fields.get("epoch")
        if event.event in LAST_WORDS:
            state = "dead"
        elif state == "leader" and (event.event == EXPIRED or (event.event in UNSURE and epoch in granted)):
            state = "unleased"
        elif event.event == GRANTED:
            state = "granted"
        yield round(event.time_s * 1e9), state, epoch


def _asked(saved: Saved, node: str) -> Iterable[Fact]:
    for sample in saved.samples:
        if sample["node"] == node and sample.get("role"):
            yield sample["time"], sample["role"], sample["epoch"]


def _struck(cast: Cast, bands: Sequence[Band], node: str) -> Iterable[Fact]:
    for band in bands:
        if band.effect in ("dead", "paused") and node in band.nodes(cast):
            yield band.from_ns, band.effect, None
            if band.to_ns is not None:
                yield band.to_ns, "starting" if band.effect == "dead" else "back", None


def _spans(facts: Iterable[Fact]) -> list[Span]:
    """Consecutive facts that say the same are one span; a node that comes back from a pause is what it was.

    If the epoch is missing or 0, it is the one before. A leader whose lease has run out stays `unleased`,
    though it still calls itself leader, until it is granted one.
    """
    spans: list[Span] = []
    awake: Span | None = None
    for since_ns, state, epoch in facts:
        if state == "back":
            state, epoch = (awake.state, awake.epoch) if awake else ("starting", None)
        elif state == "granted":
            state = "leader"
        elif state == "leader" and awake and (awake.state, awake.epoch) == ("unleased", epoch):
            state = "unleased"
        if not epoch and spans:
            epoch = spans[-1].epoch if spans[-1].state == state else None
        if not spans or (spans[-1].state, spans[-1].epoch) != (state, epoch):
            spans.append(Span(since_ns, state, epoch))
        if state not in NOT_AT_WORK:
            awake = spans[-1]
    return [a for a, b in pairwise(spans) if b.from_ns > a.from_ns] + spans[-1:]
