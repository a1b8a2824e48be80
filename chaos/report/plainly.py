"""What was found and what was not, in plain words: `53 writes lost`, `no split brain`.

The name of an anomaly is a technical term. Readers who do not know it yet see these words first, at the head
of a page.
"""

from collections.abc import Mapping
from typing import TypeAlias

from chaos.judging.verdict import Finding
from chaos.report.outcomes import NOT_DONE

Phrases: TypeAlias = tuple[str, str, str]  # once, `{n}` times, and never


def _counted(one: str, many: str = "", end: str = "") -> Phrases:
    """For instance `1 stale read`, `7 stale reads`, `no stale read`; `end` follows the noun."""
    after = f" {end}" if end else ""
    return f"1 {one}{after}", f"{{n}} {many or f'{one}s'}{after}", f"no {one}{after}"


def _either(is_so: str, is_not: str) -> Phrases:
    """Where a number says nothing."""
    return is_so, is_so, is_not


PHRASES: Mapping[str, Phrases] = {
    "lost-write": _counted("write", end="lost"),
    "split-brain": _either("split brain", "no split brain"),
    "stale-read": _counted("stale read"),
    "diverged-replicas": (
        "replicas differ on 1 key",
        "replicas differ on {n} keys",
        "all replicas hold the same",
    ),
    "stale-replica": _counted("replaced value", end="left on a replica"),
    "deleted-item-returns": _counted("deleted item", end="back again"),
    "failed-write-seen": _counted("write", end="seen after an error"),
    "sibling-explosion": _counted("read", end="with more values than writers"),
    "unbounded-staleness": _counted("read", end="further behind than allowed"),
    "conflict": ("1 conflict", "{n} pairs of changes in conflict", "no conflict"),
    "linearizable": _either("not linearizable", "linearizable"),
    "read-your-writes": _counted("read", end="without the user's own write"),
    "non-monotonic-read": _counted("read", end="that went back in time"),
    "monotonic-write": _counted("user's write", "users' writes", "out of order"),
    "writes-follow-reads": _counted("write", end="seen without what it followed"),
    "consistent-prefix": _counted("write", end="seen without an earlier one"),
    "causality": _counted("effect", end="seen without its cause"),
    "causal-memory": _either("reads out of causal order", "all reads in causal order"),
    "causal-convergence": _either("readers never agree", "readers agree in the end"),
    "new-then-old": _counted("old value", end="read after a newer one"),
    "set-full": _counted("element", end="missing"),
    "garbled-text": _either("garbled text", "no garbled text"),
    "dirty-read": _counted("dirty read"),
    "half-transaction-seen": _counted("half transaction", end="seen"),
    "transaction-cycle": _counted("cycle", end="of transactions"),
    "unavailable": _either("no answers for too long", "no wait too long for answers"),
    "write-stall": _either("writes stalled for too long", "no stall of writes"),
    "long-outage": _either("no writes for too long", "no outage that was too long"),
    "needless-failover": _counted("needless failover"),
    "needs-downtime": _either("an upgrade with downtime", "no downtime"),
    "failed-request": _counted("request", end=NOT_DONE),
    "cross-user-leak": _counted("leak", end="between users"),
    "missed-change": _counted("change", end="missed"),
    "phantom-change": _counted("change", end="that was never made"),
    "replication-loop": _either("changes run in circles", "no changes in circles"),
    "repeated-change": _counted("change", end="applied twice"),
    "diverged-copy": _counted("difference", end="between the copy and its source"),
}


def plainly(finding: Finding) -> str:
    """What this finding says; if it is unknown, what was looked for."""
    once, often, never = PHRASES.get(finding.name, _counted(finding.name, finding.name))
    if finding.found is None:
        return f"unknown whether {finding.name}"
    if not finding.found:
        return never
    return once if finding.count == 1 else often.format(n=f"{finding.count:,}")
