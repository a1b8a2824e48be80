"""When may a leader tell a client that its write is done? Every rule of the chapter, as a plain function.

| rule | a write is acknowledged once it is durable on |
|---|---|
| async | the leader |
| sync | the leader and every follower |
| semi-sync | the leader and the one follower that is synchronous at the moment |
| semi-sync-timeout | the leader and any one follower; after a timeout the leader alone (MySQL's default) |
| quorum-ack | a majority of all replicas |
"""

from collections.abc import Mapping

from msgspec import Struct

from services.settings.single_leader import Replication


class FollowerView(Struct, frozen=True):
    """What a leader knows of a follower; times are the leader's monotonic seconds."""

    durable: int = 0  # the follower has synced the log up to this sequence number
    may_read_until: float = 0.0  # until then it may answer bounded reads from what it has


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
    if rule == "async" or not followers:
        return own
    durable = sorted((view.durable for view in followers.values()), reverse=True)
    if rule == "sync":
        return min(own, durable[-1])
    if rule == "semi-sync":
        return min(own, followers[synchronous].durable) if synchronous else 0
    if rule == "semi-sync-timeout":
        return own if fallen_back else min(own, durable[0])
    return min(own, durable[(len(durable) + 1) // 2 - 1])


def seen_by_readers(own: int, followers: Mapping[str, FollowerView], now: float) -> int:
    """The highest sequence number that every follower has which may still answer bounded reads.

    A write that is acknowledged only up to here can be missed by no bounded read that begins later.
    """
    return min((v.durable for v in followers.values() if now < v.may_read_until), default=own)


def synchronous_follower(
    current: str | None, followers: Mapping[str, FollowerView], late: bool
) -> str | None:
    """Which follower is to be the synchronous one.

    The present one stays unless it is `late`, that is, lacks what it should have had long ago; then the most
    advanced takes its place. Also one that moves all the time may be late, when it moves too slowly. (So
    Kafka takes a replica out of the in-sync set by how long it has not been level, not by how it moves.)
    """
    if current is not None and not late:
        return current
    return max(followers, key=lambda name: (followers[name].durable, name == current), default=None)
