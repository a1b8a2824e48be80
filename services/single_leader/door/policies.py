"""The read policies: who may answer a read, and what the answer must contain. One table.

| policy | who answers | who remembers what the user must find |
|---|---|---|
| leader | the leader, the only one that lacks nothing | |
| any | any replica | |
| followers | any follower, which leaves the leader its time for writes; the leader only if it is alone | |
| nearest | any replica, the one that has answered fastest of late first | |
| bounded | any replica that can prove it is behind by less than the bound, else the leader | |
| recent | the same; but writes do not wait for possible readers, so a read may be behind by the bound | |
| own-data-from-leader | the leader, for keys that begin with the user's name; any for the rest | |
| leader-for-a-while | the leader, until the bound has passed since the user's last write; then as bounded | |
| position-token | any that has the user's last write | the client, in a token |
| token-shared | any that has the user's last write | the leader, for all of the user's devices |
| same-datacenter | any nearby that has the user's last write | the gateway that all devices use |
| sticky | the replica that a hash of the user chooses, or nobody | |
| sticky-failover | the same, or the next one if that is dead | |
| sticky-token | the same, or the next one that has what the user wrote or saw | the client, in a token |
| consistent-prefix | the same, and it shows only what is acknowledged | the client, in a token |
| causal-order | the same | the client, in a token: what it saw, and what the writers of that knew |

A choice is a plain function of the request and of what the gateway knows at that moment. A position is a
guarantee whichever replica answers: the replica has it, or waits, or refuses.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Literal, TypeAlias

from uhashring import HashRing

from services.errors import LabError
from services.family import Wish
from services.messages import ReadMode
from services.ports import over_for_everybody_s
from services.settings.single_leader import ReadPolicy
from services.single_leader.door.routing import ELSEWHERE, GONE, NOWHERE


@dataclass(frozen=True)
class Asked:
    """One read, and what a gateway knows when it comes. `near` lists the replicas in its own datacenter."""

    key: str
    session: str | None
    replicas: tuple[str, ...]
    random: Random
    leader: str | None = None
    near: tuple[str, ...] = ()
    since_write_s: float = math.inf  # since this session last wrote through this gateway
    took_s: Mapping[str, float] = field(default_factory=dict)  # how long each replica's answers take
    bound_s: float = 0.0  # how far behind a follower may be for a `bounded` read


Choice: TypeAlias = Sequence[str]  # the replicas to ask, one after the other

CURIOSITY = 0.05
LEADER_ALONE: Choice = ()  # whoever leads by then


@dataclass(frozen=True)
class Policy:
    """One row: whom to ask, and in which mode; who remembers; which errors make it ask the next replica.

    With `saw` the client's token holds what it read, and not only what it wrote. With `needs` it also holds
    what the writer of that value had known of other partitions.
    """

    choose: Callable[[Asked], Choice]
    mode: ReadMode = "local"
    memory: Literal["nobody", "client", "gateway", "leader"] = "nobody"
    saw: bool = False
    needs: bool = False
    elsewhere: frozenset[str] = ELSEWHERE


def owner(key: str) -> str | None:
    """The user who owns a key: `u7` for `u7/profile`; None without a slash."""
    name, slash, _ = key.partition("/")
    return name if slash else None


def leader_alone(_: Asked) -> Choice:
    """Only the leader."""
    return LEADER_ALONE


def any_replica(asked: Asked) -> Choice:
    """All replicas, in random order."""
    return asked.random.sample(asked.replicas, len(asked.replicas))


def followers_alone(asked: Asked) -> Choice:
    """All but the believed leader, in random order; only the leader if it has no followers."""
    return [replica for replica in any_replica(asked) if replica != asked.leader] or LEADER_ALONE


def nearest_first(asked: Asked) -> Choice:
    """Untried replicas first, then the fastest; now and then all of them in random order.

    Otherwise nobody would notice when another becomes faster. (MongoDB's read preference `nearest`.)
    """
    shuffled = any_replica(asked)
    if asked.random.random() < CURIOSITY:
        return shuffled
    return sorted(shuffled, key=lambda replica: asked.took_s.get(replica, 0.0))


def then_the_leader(asked: Asked) -> Choice:
    """Begin anywhere; then ask the leader, which is never behind and has every position."""
    first, *rest = any_replica(asked)
    return [first, *sorted(rest, key=lambda replica: replica != asked.leader)]


def own_from_leader(asked: Asked) -> Choice:
    """Users read their own data from the leader, and that of others from any replica."""
    return LEADER_ALONE if asked.session and owner(asked.key) == asked.session else any_replica(asked)


def leader_for_a_while(asked: Asked) -> Choice:
    """The leader at first; after the bound, a follower within the bound certainly has the write."""
    return (
        LEADER_ALONE if asked.since_write_s <= over_for_everybody_s(asked.bound_s) else then_the_leader(asked)
    )


def near_first(asked: Asked) -> Choice:
    """The replicas in the gateway's datacenter in random order, then the others."""
    return sorted(any_replica(asked), key=lambda replica: replica not in asked.near)


def by_hash(asked: Asked) -> Choice:
    """The replicas from the user's hash onwards on a hash ring; in random order without a user.

    With a ring, only the users of a dead replica move to the next one (Karger et al. 1997).
    """
    if asked.session is None:
        return any_replica(asked)
    ring = _ring(asked.replicas).range(asked.session, size=len(asked.replicas), unique=True)
    return [point["nodename"] for point in ring]


@lru_cache
def _ring(replicas: tuple[str, ...]) -> HashRing:
    return HashRing(nodes=list(replicas))


POLICIES: Mapping[ReadPolicy, Policy] = {
    "leader": Policy(leader_alone, mode="leader"),
    "any": Policy(any_replica),
    "followers": Policy(followers_alone),
    "nearest": Policy(nearest_first),
    "bounded": Policy(then_the_leader, mode="bounded"),
    "recent": Policy(then_the_leader, mode="bounded"),
    "own-data-from-leader": Policy(own_from_leader),
    "leader-for-a-while": Policy(leader_for_a_while, mode="bounded"),
    "position-token": Policy(then_the_leader, memory="client"),
    "token-shared": Policy(then_the_leader, memory="leader"),
    "same-datacenter": Policy(near_first, memory="gateway"),
    "sticky": Policy(by_hash, elsewhere=NOWHERE),
    "sticky-failover": Policy(by_hash, elsewhere=GONE),
    "sticky-token": Policy(by_hash, memory="client", saw=True),
    "consistent-prefix": Policy(by_hash, mode="acknowledged", memory="client", saw=True),
    "causal-order": Policy(by_hash, mode="acknowledged", memory="client", saw=True, needs=True),
}


def policy_in(wish: Wish) -> ReadPolicy | None:
    """The policy that a client asks for, if any. Raises `LabError` bad-request."""
    if wish.counts:
        raise LabError(
            "bad-request", "one leader decides here: a read takes ?policy= and ?from=, not w, r or n"
        )
    known = next((policy for policy in POLICIES if policy == wish.policy), None)
    if wish.policy is not None and known is None:
        shown = ascii(wish.policy[:60])
        raise LabError("bad-request", f"there is no policy {shown}; use {', '.join(POLICIES)}")
    return known
