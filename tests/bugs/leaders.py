"""Mistakes in a family of several leaders; edits with what their authors knew must show each of them."""

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace

from services.messages.multi_leader import Change
from services.multi_leader import delivery, knowledge, leader
from services.multi_leader.door import Door
from services.multi_leader.leader import Leader
from services.multi_leader.resolvers.record import Record
from tests.bugs.planted import Hunt, bug, by_script

EDITS = Hunt("write-conflict:record", "lost-write", by_script)
COPIES = Hunt("write-conflict:record", "diverged-replicas", by_script)


@bug(EDITS)
def a_later_version_of_a_leader_is_taken_to_know_all_its_earlier_ones() -> Any:
    """What a plain version vector says."""

    real = knowledge.knew

    def knew(later: Change, earlier: Change) -> bool:
        same = later.origin == earlier.origin and later.number > earlier.number
        return same or real(later, earlier)

    return patch.object(knowledge, "knew", knew)


@bug(EDITS)
def at_most_two_siblings_are_kept() -> Any:
    def keep(_: Record, held: Sequence[Change], arrived: Change) -> tuple[Change, ...]:
        return knowledge.newest((*held, arrived))[-2:]

    return patch.object(Record, "keep", keep)


@bug(EDITS)
def what_a_client_knew_is_taken_from_what_its_leader_holds() -> Any:
    def past_of(self: Leader, key: str, context: str, by_default: Any = None) -> str:
        return str(knowledge.past_of_all(self.storage.held(key)))

    return patch.object(Leader, "_past_of", past_of)


@bug(COPIES)
def a_version_that_arrives_late_is_not_compared_but_dropped() -> Any:
    def keep(_: Record, held: Sequence[Change], arrived: Change) -> tuple[Change, ...]:
        is_late = bool(held) and arrived.stamp < held[-1].stamp
        return tuple(held) if is_late else knowledge.newest((*held, arrived))

    return patch.object(Record, "keep", keep)


TALK = Hunt("overtaking:version-vectors", "causality", by_script)


@bug(TALK)
def a_change_waits_for_its_own_leader_alone() -> Any:
    def taken(known: Any, changes: Sequence[Change], *, causal: bool) -> list[Change]:
        return delivery.deliverable(known, changes, causal=False)

    return patch.object(leader, "deliverable", taken)


@bug(TALK)
def a_change_tells_of_what_its_leader_knew_before_the_last_one() -> Any:
    """Off by one: the newest change of each other leader is left out."""
    real = delivery.deliverable

    def taken(known: Any, changes: Sequence[Change], *, causal: bool) -> list[Change]:
        short = [
            replace(each, after={node: count - 1 for node, count in each.after.items()}) for each in changes
        ]
        right = {(each.origin, each.sequence): each for each in changes}
        return [right[each.origin, each.sequence] for each in real(known, short, causal=causal)]

    return patch.object(leader, "deliverable", taken)


@bug(TALK)
def a_user_is_sent_to_any_leader() -> Any:
    def homes(self: Any, key: str) -> tuple[str, ...]:
        return tuple(self._env.random.sample(self.replicas, len(self.replicas)))

    return patch.object(Door, "homes", homes)
