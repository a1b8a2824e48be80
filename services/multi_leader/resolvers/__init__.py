"""What becomes of conflicting versions: one file for each way, pure functions on versions.

A resolver says what a leader keeps of a key when a version arrives, its own clients' or another leader's,
and what a reader is shown of that. Everything else (which versions conflict, shipping, storing) is the same
for all.
"""

from collections.abc import Sequence
from typing import Protocol

from services.loading import load
from services.messages import Value
from services.messages.multi_leader import Change
from services.settings.multi_leader import Conflicts


class Resolver(Protocol):
    """One way. `blind_replaces`: does a write whose client says nothing replace what its leader holds?"""

    blind_replaces: bool

    def keep(self, held: Sequence[Change], arrived: Change) -> tuple[Change, ...]:
        """What is kept of the versions `held` and the one that has `arrived`."""

    def show(self, held: Sequence[Change]) -> tuple[Value, ...]:
        """What a reader sees: no value, one, or several among which nobody may choose."""


def resolver_of(conflicts: Conflicts) -> Resolver:
    """The one in `services/multi_leader/resolvers/NAME.py`."""
    resolver: Resolver = load(f"services.multi_leader.resolvers.{conflicts.replace('-', '_')}:RESOLVER")
    return resolver


def values_of(versions: Sequence[Change]) -> tuple[Value, ...]:
    """Their values, without those that were deleted."""
    return tuple(version.operation.value for version in versions if version.operation.f == "put")
