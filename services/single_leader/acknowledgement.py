"""When may a leader tell a client that its write is done? One table with a row for each rule of the chapter.

| rule | a write is acknowledged once it is durable on |
|---|---|
| async | the leader |
| sync | the leader and every follower, or those that `synchronous` names |
| semi-sync | the leader and the one follower that is synchronous at the moment |
| semi-sync-timeout | the leader and any one follower; after a timeout the leader alone (MySQL's default) |
| quorum-ack | a majority of all replicas |
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from services.settings.single_leader import Replication


class FollowerView(Struct, frozen=True):
    """What a leader knows of a follower; times are the leader's monotonic seconds."""

    durable: int = 0  # the follower has synced the log up to this sequence number
    may_read_until: float = 0.0  # until then it may answer bounded reads from what it has


class Confirmed(NamedTuple):
    """How far the log is durable: on the leader, on its followers from the most advanced one down, and on
    the synchronous one (0 when there is none); and whether the leader has stopped waiting for a while.
    """

    own: int
    followers: Sequence[int]
    synchronous: int
    fallen_back: bool


class Rule(NamedTuple):
    """`up_to` is the highest sequence number that may be acknowledged.

    `holders` maps the number of replicas to how many of them certainly hold an acknowledged write. If only
    the leader does, no number of promises helps, so the rule counts all replicas and waits for none.
    """

    up_to: Callable[[Confirmed], int]
    holders: Callable[[int], int]


def _everybody(replicas: int) -> int:
    return replicas


def _majority_of_all(now: Confirmed) -> int:
    return min(now.own, now.followers[(len(now.followers) + 1) // 2 - 1])


RULES: Mapping[Replication, Rule] = {
    "async": Rule(lambda now: now.own, _everybody),
    "sync": Rule(lambda now: min(now.own, now.followers[-1]), _everybody),
    "semi-sync": Rule(lambda now: min(now.own, now.synchronous), lambda _: 2),
    "semi-sync-timeout": Rule(
        lambda now: now.own if now.fallen_back else min(now.own, now.followers[0]), _everybody
    ),
    "quorum-ack": Rule(_majority_of_all, lambda replicas: replicas // 2 + 1),
}


def may_be_alone(rule: Replication) -> bool:
    """May a leader acknowledge by `rule` what it alone has?"""
    return rule in ("async", "semi-sync-timeout")


def acknowledged(
    rule: Replication,
    own: int,
    followers: Mapping[str, FollowerView],
    synchronous: str | None,
    fallen_back: bool,
) -> int:
    """The highest sequence number that `rule` lets the leader acknowledge.

    `own` is what the leader itself has synced. Without followers every rule waits for the leader alone,
    but `semi-sync` without a synchronous follower acknowledges nothing.
    """
    if not followers:
        return own
    durable = sorted((view.durable for view in followers.values()), reverse=True)
    first = followers[synchronous].durable if synchronous and synchronous in followers else 0
    return RULES[rule].up_to(Confirmed(own, durable, first, fallen_back))


def waited_for(
    named: Sequence[str], leader: str, followers: Mapping[str, FollowerView]
) -> Mapping[str, FollowerView]:
    """The followers that `sync` waits for: those that are `named`, or all if none is.

    If the leader itself is named, the most advanced of the unnamed followers takes its place, because a
    failover relies on that many replicas having each write. A named replica that does not follow counts as
    having nothing, so it blocks all writes.
    """
    if not named:
        return followers
    others = sorted(followers.keys() - set(named), key=lambda name: (-followers[name].durable, name))
    chosen = [name for name in named if name != leader]
    chosen += others[: len(named) - len(chosen)]
    return {name: followers.get(name, FollowerView()) for name in chosen}


def enough_promises(rule: Replication, replicas: int, named: int = 0) -> int:
    """How many replicas must promise a new epoch so that one of them has every acknowledged write.

    A write on k replicas is in every set of `replicas - k + 1` of them. If `named` followers are named, they
    and the leader hold it.
    """
    holders = min(named + 1, replicas) if named else RULES[rule].holders(replicas)
    return replicas - holders + 1


def seen_by_readers(own: int, followers: Mapping[str, FollowerView], now: float) -> int:
    """The highest sequence number that is on every follower which may still answer bounded reads.

    If the leader acknowledges only up to here, no later bounded read can miss an acknowledged write.
    """
    return min((v.durable for v in followers.values() if now < v.may_read_until), default=own)


def synchronous_follower(
    current: str | None, followers: Mapping[str, FollowerView], late: bool
) -> str | None:
    """Which follower is to be the synchronous one.

    The current one stays unless it is `late`, that is, it lacks what it should have had long ago; then the
    most advanced takes its place. A follower that keeps moving, but too slowly, is late too. (Likewise Kafka
    drops a replica from the in-sync set when it has not been level for too long, even if it still moves.)
    """
    if current is not None and not late:
        return current
    return max(followers, key=lambda name: (followers[name].durable, name == current), default=None)
