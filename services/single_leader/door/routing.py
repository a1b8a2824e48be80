"""Where a gateway sends what, as plain functions of what it knows.

A gateway believes the newest epoch it has heard of until a newer one reaches it. That is right, and it is
also why a gateway that is partitioned together with the old leader keeps sending writes to it: the gateway
cannot know better.
"""

from services.errors import LabError
from services.messages import ReadMode
from services.messages.single_leader import Route
from services.settings.single_leader import ReadPolicy

# The policies that need no session; transactions have no others.
MODES: dict[ReadPolicy, ReadMode] = {
    "leader": "leader",
    "any": "local",
    "followers": "local",
    "nearest": "local",
    "bounded": "bounded",
    "recent": "bounded",
}
RELEARN = frozenset({"not-leader", "stale-epoch", "lease-expired", "unreachable", "shutting-down"})
# Reads have no effect, so even in doubt the gateway may ask another replica that may do better.
BEHIND = frozenset({"too-far-behind", "position-not-reached"})
ELSEWHERE = RELEARN | BEHIND | {"connection-lost", "timed-out", "storage-failed", "overloaded"}
GONE = frozenset({"unreachable", "connection-lost", "shutting-down"})  # slow is not dead
NOWHERE: frozenset[str] = frozenset()


def policy_of(mode: ReadMode | None) -> ReadPolicy | None:
    """The policy whose reads have this `mode`."""
    return next((policy for policy, its_mode in MODES.items() if its_mode == mode), None)


def newest(known: Route | None, heard: Route) -> Route:
    """The route to believe: the heard one, unless it belongs to an older epoch."""
    return known if known is not None and heard.epoch < known.epoch else heard


def may_ask_another(error: LabError) -> bool:
    """True when the leader certainly did nothing, and another one may do it."""
    return error.definite and error.kind.code in RELEARN


def second_choice(refused: str, believed: str | None, named: str | None) -> str | None:
    """Whom to ask after `refused`: the leader `believed` by now, else the one that the refusal `named`."""
    return next((node for node in (believed, named) if node not in (None, refused)), None)
