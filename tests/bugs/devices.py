"""Mistakes of devices; a phone that edits while it is cut off, and is killed as it syncs, must show each."""

from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace

from services.messages.multi_leader import Change
from services.multi_leader import knowledge
from services.multi_leader.exchange import Exchange
from services.multi_leader.leader import Done, Leader
from tests.bugs.planted import Hunt, bug, by_script

DEVICES = ("phone", "laptop")
OFFLINE = Hunt("offline-client:sync", "lost-write", by_script)
COPIES = Hunt("offline-client:sync", "diverged-replicas", by_script)


@bug(COPIES)
def a_home_hands_on_a_devices_edits_without_what_their_author_knew() -> Any:
    next_batch = Exchange._next_batch

    def forgetful(self: Exchange) -> list[Change]:
        if self._source.name in DEVICES:
            return next_batch(self)
        return [replace(each, past="") if each.origin in DEVICES else each for each in next_batch(self)]

    return patch.object(Exchange, "_next_batch", forgetful)


@bug(OFFLINE)
def what_comes_from_its_home_replaces_what_was_written_on_a_device() -> Any:
    """The device shows the state of its server, and its server does not have all yet."""
    take = Leader.take

    def hasty(self: Leader, changes: Sequence[Change]) -> list[Done]:
        if self._name not in DEVICES:
            return take(self, changes)
        return take(self, [replace(each, past=_past_here(self, each.operation.key)) for each in changes])

    return patch.object(Leader, "take", hasty)


@bug(OFFLINE)
def what_a_devices_user_has_seen_is_taken_from_what_is_on_the_device() -> Any:
    """Also if it has come since, from its home."""
    real = Leader._past_of

    def past_of(self: Leader, key: str, context: str, by_default: Any = None) -> str:
        return _past_here(self, key) if self._name in DEVICES else real(self, key, context, by_default)

    return patch.object(Leader, "_past_of", past_of)


def _past_here(leader: Leader, key: str) -> str:
    return str(knowledge.past_of_all(leader.storage.held(key)))
