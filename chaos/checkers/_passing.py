"""Nothing passes that was never put to the test.

A history without an anomaly is evidence only if there was something to see. So before a checker says "not
found", each kind of operation that it judges must have succeeded at least once: if all reads failed, or all
writes are in doubt, nothing can be said. What was found stays found, because it was seen.
(Jepsen's `stats` checker asks the same of a whole test.)
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from chaos.history import History
from chaos.judging.verdict import Finding, not_found, unknown


@dataclass(frozen=True)
class Kind:
    """Operations that count as one kind: what people call it, and the `f` of each that is one."""

    name: str
    fs: frozenset[str]


READ = Kind("read", frozenset({"read"}))
LOOK = Kind("read", frozenset({"read", "cas"}))  # a compare-and-set that succeeds has seen the value
WRITE = Kind("write", frozenset({"write", "cas", "delete", "append"}))
CHANGE = Kind("write", frozenset({"write", "cas", "delete", "add", "type", "list-insert", "increment"}))
ADD = Kind("add", frozenset({"add", "type"}))
TYPE = Kind("keystroke", frozenset({"type"}))
UNTESTED = "so nothing was put to the test"


def passed(
    name: str,
    succeeded: Collection[str],
    *kinds: Kind,
    measures: Mapping[str, float] | None = None,
    summary: str = "",
) -> Finding:
    """Not found; unknown when of one of the `kinds` nothing is among what `succeeded` (the `f` of each)."""
    for kind in kinds:
        if not kind.fs.intersection(succeeded):
            return unknown(name, f"no {kind.name} succeeded, {UNTESTED}", measures)
    return replace(not_found(name, measures), summary=summary)


def changed(name: str, history: History, measures: Mapping[str, float] | None = None) -> Finding:
    """Not found; unknown when nothing succeeded that was to change anything, whatever it is called."""
    if not any(operation.writes and operation.outcome == "ok" for operation in history.client_operations):
        return unknown(name, f"no write succeeded, {UNTESTED}", measures)
    return not_found(name, measures)
