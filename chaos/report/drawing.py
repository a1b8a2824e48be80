"""Everything that the page's drawings need of one run, as plain JSON."""

from collections.abc import Sequence
from typing import Any

from chaos.cluster import Event
from chaos.cluster.links import Link
from chaos.report import fault_words, node_words
from chaos.report.bands import Band
from chaos.report.cast import Cast
from chaos.report.columns import message_columns, operation_columns, us
from chaos.report.lag import Look, lags
from chaos.report.outcomes import MEANING, NOT_DONE, OUTCOMES
from chaos.report.roles import Span, lives
from chaos.report.saved import Saved
from chaos.report.story import Statement

LONGEST_SENTENCE = 240  # of a node's log, for instance about a key with many siblings
MOMENTOUS = ("fault", "healed", "node", "found")


def drawing(saved: Saved, cast: Cast, bands: Sequence[Band], story: Sequence[Statement]) -> dict[str, Any]:
    """The document in the page; times are whole microseconds since the run began, -1 for never."""
    return {
        "end": us(saved.end_ns),
        "gateways": cast.gateways,
        "replicas": cast.replicas,
        "others": [node for node in cast.nodes if node not in (*cast.gateways, *cast.replicas)],
        "partitions": saved.partitions,
        "links": [[link.source, link.target] for link in cast.links if _is_used(link, saved)],
        "bands": [_band(band, cast) for band in bands],
        "lives": {node: [_span(span) for span in spans] for node, spans in lives(saved, cast, bands).items()},
        "events": [_event(event) for event in saved.events if node_words.is_told(event)],
        "moments": [_moment(statement) for statement in story if statement.kind in MOMENTOUS],
        "witnesses": [statement.ops for statement in story if statement.kind == "found"],
        "lag": {node: _curve(looks) for node, looks in lags(saved).items()},
        "outcomes": {"words": OUTCOMES, "meaning": MEANING, "either": NOT_DONE},
        "operations": operation_columns(saved),
        "messages": message_columns(saved),
    }


def _is_used(link: Link, saved: Saved) -> bool:
    """Replicas of different partitions have nothing to say to each other."""
    homes = [saved.partitions[end] for end in (link.source, link.target) if end in saved.partitions]
    return not link.out_of_band and len(set(homes)) <= 1


def _band(band: Band, cast: Cast) -> dict[str, Any]:
    return {
        "from": us(band.from_ns),
        "to": us(band.to_ns),
        "label": fault_words.label(band, cast),
        "effect": band.effect,
        "links": [[link.source, link.target] for link in band.links(cast) if not link.out_of_band],
    }


def _span(span: Span) -> list[Any]:
    return [us(span.from_ns), span.state, span.epoch]


def _event(event: Event) -> list[Any]:
    text = node_words.sentence(event)
    short = text if len(text) <= LONGEST_SENTENCE else f"{text[:LONGEST_SENTENCE]}…"
    return [us(event.time_s * 1e9), event.node, short]


def _moment(statement: Statement) -> dict[str, Any]:
    return {"at": us(statement.at_ns), "text": statement.text, "ops": statement.ops}


def _curve(looks: Sequence[Look]) -> list[Sequence[float | None]]:
    return [[us(moment_ns) for moment_ns, _ in looks], [lag_ms for _, lag_ms in looks]]
