"""Which anomalies to look for where no scenario says so: by the family, while clients run and in the end."""

from collections.abc import Mapping, Sequence

_OF_SESSIONS = ("stale-read", "read-your-writes", "non-monotonic-read", "failed-write-seen")
WHILE_IT_RUNS: Mapping[str, tuple[str, ...]] = {
    "single-leader": ("split-brain", *_OF_SESSIONS, "new-then-old"),
    "multi-leader": ("conflict", *_OF_SESSIONS),
    "leaderless": (*_OF_SESSIONS, "new-then-old", "sibling-explosion"),
}
IN_THE_END = ("lost-write", "diverged-replicas", "stale-replica")  # once every replica was read


def never_wanted(family: str) -> tuple[str, ...]:
    """Those that no cluster of this family should show, whatever its clients may read meanwhile."""
    return (*(("split-brain",) if family == "single-leader" else ()), "lost-write", "diverged-replicas")


GRAVEST = ("lost-write", "diverged-replicas", "split-brain", "stale-replica", "conflict")


def gravest(found: Sequence[str]) -> tuple[str, ...]:
    """The gravest of the anomalies that were found, alone: what came along by chance may stay away."""
    return tuple(sorted(found, key=rank)[:1])


def rank(name: str) -> int:
    """How many are graver than that anomaly; those that `GRAVEST` does not list are all alike."""
    return GRAVEST.index(name) if name in GRAVEST else len(GRAVEST)


def suitable(family: str) -> tuple[str, ...]:
    """Those that suit clusters of this family, and need no end of the history."""
    return WHILE_IT_RUNS.get(family, _OF_SESSIONS)


def knows_versions(family: str, versions: str | None) -> bool:
    """Do clients say what they know when they write? Where the later write wins anyway, that is idle."""
    return family != "single-leader" and versions != "last-write-wins"
