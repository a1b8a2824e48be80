"""Whether a leader may number changes: with a new disk it must first hear which numbers it had given.

The others know a leader's changes by their numbers. If a leader lost its disk and counted from one again,
they would take its new changes for old ones that they have. So a leader that has given no number asks all
others what they have of its changes, and a peer that has more sends it a copy.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from services.errors import LabError
from services.versions import vectors


class Numbered(Protocol):
    """What is on a leader's disk."""

    @property
    def known(self) -> Mapping[str, int]:
        """The newest change of each origin."""

    @property
    def floors(self) -> Mapping[str, int]:
        """The newest change of each origin that is no longer kept."""


def has_numbered(name: str, here: Numbered) -> bool:
    """Has `name` given numbers since it has this disk, and not only learned old ones from a copy?"""
    return here.known.get(name, 0) > here.floors.get(name, 0)


class Numbering:
    """The numbering of the origin `name`; `on_disk` gives what it has there, and it asks the `others`.

    It does not wait for others that are silent for `patience_s`; `now_s` is a monotonic clock. With
    `catches_up` it also waits for the others' changes, as far as they had come when it asked. On a device
    that edits documents, keystrokes have numbers, too, and those in the order count.
    """

    def __init__(
        self,
        name: str,
        others: Sequence[str],
        on_disk: Callable[[], Numbered],
        now_s: Callable[[], float],
        patience_s: float,
        *,
        catches_up: bool = False,
    ) -> None:
        self._name, self._others, self._on_disk = name, frozenset(others), on_disk
        self._now_s, self._patience_s = now_s, patience_s
        self._catches_up = catches_up
        self._told: dict[str, dict[str, int]] = {}  # what each of the others has
        self._heard_s: dict[str, float] = {}  # when each of them said so last
        self._asks_since_s: float | None = None

    @property
    def is_whole(self) -> bool:
        """Has it given numbers, or heard from all others whether it had given any?

        All, because one of them, and a copy from it, may lack what another has.
        """
        if self._has_given_some:
            return True
        return self._others <= self._told.keys() and self._has_what_was_told_by(self._told)

    def hear(self, peer: str, known: Mapping[str, int]) -> None:
        """Take in what `peer` has."""
        if not self.is_whole:
            self._heard_s[peer] = self._now_s()
            told = self._told.setdefault(peer, dict(known) if self._catches_up else {})
            told[self._name] = known.get(self._name, 0)

    def answer(self, sender: str, known: Mapping[str, int]) -> dict[str, int]:
        """What to tell `sender` is `known` here; leaving out our own origin asks the sender for a copy."""
        told = self._told.get(sender, {}).get(self._name, 0)
        asks = told > known.get(self._name, 0) and not self._has_given_some
        return {origin: count for origin, count in known.items() if not (asks and origin == self._name)}

    def must_be_whole(self) -> None:
        """Raise `LabError` no-leader until all others have answered, except those silent for long."""
        if self.is_whole:
            return
        now_s = self._now_s()
        self._asks_since_s = now_s if self._asks_since_s is None else self._asks_since_s
        waited = now_s - self._asks_since_s > self._patience_s
        heard = [peer for peer, at_s in self._heard_s.items() if now_s - at_s <= self._patience_s]
        if not (waited and self._has_what_was_told_by(heard)):
            text = f"{self._name} may have a new disk, and asks the others what they have had from it"
            raise LabError("no-leader", text)

    @property
    def _has_given_some(self) -> bool:
        return has_numbered(self._name, self._on_disk())

    def _has_what_was_told_by(self, peers: Iterable[str]) -> bool:
        known = self._on_disk().known
        return all(vectors.covers(known, self._told[peer]) for peer in peers)
