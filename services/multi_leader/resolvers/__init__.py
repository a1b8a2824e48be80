"""What becomes of conflicting versions: one file for each resolver, pure functions on versions.

A resolver says what a leader keeps of a key when a version arrives, from a client or another leader, and what
a reader is shown of that. Everything else (which versions conflict, shipping, storing) is the same for all.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from services.loading import load
from services.messages import Value
from services.messages.multi_leader import Change
from services.multi_leader.handlers import handler_or_complaint
from services.settings.multi_leader import Conflicts, MultiLeaderSettings


class Resolver(Protocol):
    """A resolver. `blind_replaces`: does a write without a context replace what its leader holds?

    `keeps_history`: does it keep versions that others have replaced?
    """

    blind_replaces: bool
    keeps_history: bool

    def keep(self, held: Sequence[Change], arrived: Change) -> tuple[Change, ...]:
        """What is kept of the versions `held` and the one that has `arrived`."""

    def count(self, held: Sequence[Change]) -> tuple[Change, ...]:
        """Those of `held` of which readers see something."""

    def show(self, held: Sequence[Change]) -> tuple[Value, ...]:
        """What a reader sees: no value, one, or several if no leader may choose among them."""


class Resolvers:
    """The resolvers of a cluster; how a key begins decides which one is used."""

    def __init__(self, settings: MultiLeaderSettings) -> None:
        self._settings = settings
        names = dict.fromkeys((settings.conflicts, *settings.conflicts_of.values()))
        self._by_name = {name: resolver_of(settings, name) for name in names}

    def of(self, key: str) -> Resolver:
        """The resolver of `key`."""
        return self._by_name[self._settings.conflicts_under(key)]


def resolver_of(settings: MultiLeaderSettings, name: Conflicts | None = None) -> Resolver:
    """The resolver in `services/multi_leader/resolvers/NAME.py`, with the application's handler if needed.

    Without a name it is the cluster's default.
    """
    name = name or settings.conflicts
    module = f"services.multi_leader.resolvers.{name.replace('-', '_')}"
    if name == "on-write-handler":
        handler = handler_or_complaint(settings.handler)
        made: Resolver = load(f"{module}:OnWriteHandler")(handler, settings.handler_steps)
        return made
    resolver: Resolver = load(f"{module}:RESOLVER")
    return resolver


def values_of(versions: Sequence[Change]) -> tuple[Value, ...]:
    """The values of the versions that are not deleted."""
    return tuple(version.operation.value for version in versions if version.operation.f == "put")


def joined_or_all(join: Callable[[tuple[str, ...]], str], held: Sequence[Change]) -> tuple[Value, ...]:
    """What `join` makes of the values of several versions; all the values if some are not texts."""
    values = values_of(held)
    texts = tuple(value for value in values if isinstance(value, str))
    return (join(texts),) if len(texts) == len(values) > 1 else values
