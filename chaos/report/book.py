"""The order of the ideas in the chapter, from one leader to none; what the chapter lacks comes last."""

from collections.abc import Mapping

PARTS: Mapping[str, str] = {
    "A": "One leader and its followers",
    "B": "What is in the log",
    "C": "Followers that lag",
    "D": "Several leaders",
    "E": "Without a leader",
}
ORDER = (
    *("why-replicate", "lost-writes", "sync-stall", "new-follower", "follower-catch-up", "failover"),
    *("split-brain", "key-reuse", "failover-timeout"),
    *("statement-log", "logical-log", "wal-shipping", "change-data-capture", "trigger-replication"),
    "undone-changes",
    *("stale-reads", "read-your-writes", "monotonic-reads", "consistent-prefix"),
    *("write-conflict", "multi-datacenter", "datacenter-failover", "conflict-avoidance", "offline-client"),
    *("collaborative-editing", "overtaking", "topologies"),
    *("quorum", "quorum-limits", "concurrent-writes", "sloppy-quorum", "multi-datacenter-quorum"),
    *("node-down", "staleness-monitor"),
)
_PLACES = {name: place for place, name in enumerate(ORDER)}


def place(part: str, scenario: str) -> tuple[str, int, str]:
    """The sort key of scenarios; those of no part come last, and within a part, those that the book lacks."""
    return part or "~", _PLACES.get(scenario, len(ORDER)), scenario
