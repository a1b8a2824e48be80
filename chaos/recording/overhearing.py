"""Who said what to whom: the messages of a run, for the diagrams in its report.

Only a runtime that carries the messages itself can overhear them all; others say nothing. What is
overheard is never judged: a verdict rests on what clients saw.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from chaos.cluster import Cluster


@dataclass(frozen=True)
class Exchange:
    """One request from `source` to `target` and its reply; times are wall-clock seconds since 1970.

    `arrived_s` is None when the request never came through, `answered_s` when `target` said nothing,
    `ended_s` when `source` still waited in the end. `outcome` is `ok` or how the source's wait ended.
    """

    sent_s: float
    source: str
    target: str
    kind: str
    arrived_s: float | None
    answered_s: float | None
    ended_s: float | None
    outcome: str | None
    entries: int = 0
    key: str | None = None  # that of what was asked, where it is about one
    brings: Mapping[str, int] = field(
        default_factory=dict
    )  # of each origin the number of its last change in it


@runtime_checkable
class Overhearing(Protocol):
    """What a cluster can do besides that carries its messages itself: see without asking."""

    def glance(self, node: str) -> Mapping[str, Any]:
        """What `status` would say of a replica, without a message. Raises `ClusterError` if it is not up."""

    def overheard(self) -> Sequence[Exchange]:
        """Every exchange so far, as far as they were kept, in the order of sending."""


def overheard(cluster: Cluster, began_s: float) -> Iterable[dict[str, Any]]:
    """The lines of `messages.jsonl`: the exchanges since the run began, with nanoseconds since then."""
    exchanges = cluster.overheard() if isinstance(cluster, Overhearing) else ()
    return (_line(exchange, began_s) for exchange in exchanges if exchange.sent_s >= began_s)


def _line(exchange: Exchange, began_s: float) -> dict[str, Any]:
    def since(moment_s: float | None) -> int | None:
        return None if moment_s is None else round((moment_s - began_s) * 1e9)

    return {
        "time": since(exchange.sent_s),
        "from": exchange.source,
        "to": exchange.target,
        "kind": exchange.kind,
        "arrived": since(exchange.arrived_s),
        "answered": since(exchange.answered_s),
        "ended": since(exchange.ended_s),
        "outcome": exchange.outcome,
        "entries": exchange.entries,
        **({} if exchange.key is None else {"key": exchange.key}),
        **({"brings": dict(exchange.brings)} if exchange.brings else {}),
    }
