"""Where a gateway sends what, as plain functions of what it knows.

A gateway believes the newest epoch it has heard of, and it goes on believing while no newer one
reaches it. That is right, and it is also how a gateway that shares its leader's island keeps feeding
the old leader: nothing here could know better.
"""

from services.errors import LabError
from services.messages import ReadMode
from services.messages.single_leader import Route
from services.settings.single_leader import ReadPolicy

# The policies that need to know nothing of a session; a transaction has no others.
MODES: dict[ReadPolicy, ReadMode] = {
    "leader": "leader",
    "any": "local",
    "followers": "local",
    "nearest": "local",
    "bounded": "bounded",
    "recent": "bounded",
}
RELEARN = frozenset({"not-leader", "stale-epoch", "lease-expired", "unreachable", "shutting-down"})
# Reads have no effect, so even in doubt another replica may be asked, where one may do better.
BEHIND = frozenset({"too-far-behind", "position-not-reached"})
ELSEWHERE = RELEARN | BEHIND | {"connection-lost", "timed-out", "storage-failed", "overloaded"}
GONE = frozenset({"unreachable", "connection-lost", "shutting-down"})  # slow is not dead
NOWHERE: frozenset[str] = frozenset()


def policy_of(mode: ReadMode | None) -> ReadPolicy | None:
    """The policy that asks in `mode`."""
    return next((policy for policy, its_mode in MODES.items() if its_mode == mode), None)


def newest(known: Route | None, heard: Route) -> Route:
    """The route to believe: the heard one, unless it belongs to an older epoch."""
    return known if known is not None and heard.epoch < known.epoch else heard


def may_ask_another(error: LabError) -> bool:
    """True when the leader that was asked certainly did nothing, and another one may do it."""
    return error.definite and error.kind.code in RELEARN


def second_choice(refused: str, believed: str | None, named: str | None) -> str | None:
    """Whom to ask after `refused` did: who is `believed` to lead by now, else whom the refusal `named`."""
    return next((node for node in (believed, named) if node not in (None, refused)), None)
