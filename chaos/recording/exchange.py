"""One request between nodes and its answer, as overheard."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.messages.notes import Facts


@dataclass(frozen=True)
class Exchange:
    """One request from `source` to `target` and its reply; times are wall-clock seconds since 1970.

    `arrived_s` is None if the request never arrived, `answered_s` if `target` did not answer, `ended_s` if
    `source` was still waiting at the end. `outcome` is `ok` or how the source's wait ended.
    """

    sent_s: float
    source: str
    target: str
    facts: Facts
    arrived_s: float | None
    answered_s: float | None
    ended_s: float | None
    outcome: str | None


def lines(exchanges: Iterable[Exchange], began_s: float) -> Iterable[dict[str, Any]]:
    """The lines of `messages.jsonl`: the exchanges since the run began, with nanoseconds since then."""
    return (_line(exchange, began_s) for exchange in exchanges if exchange.sent_s >= began_s)


def _line(exchange: Exchange, began_s: float) -> dict[str, Any]:
    def since(moment_s: float | None) -> int | None:
        return None if moment_s is None else round((moment_s - began_s) * 1e9)

    facts = exchange.facts
    return {
        "time": since(exchange.sent_s),
        "from": exchange.source,
        "to": exchange.target,
        "kind": facts.kind,
        "arrived": since(exchange.arrived_s),
        "answered": since(exchange.answered_s),
        "ended": since(exchange.ended_s),
        "outcome": exchange.outcome,
        "entries": facts.entries,
        **({} if facts.key is None else {"key": facts.key}),
        **({"brings": dict(facts.brings)} if facts.brings else {}),
    }
