"""What every fault is: parameters, an aim, a bite that proves itself, and a heal that always comes.

A fault is a frozen record of parameters. When it strikes it first takes aim (who is the leader now?). The
resulting strike knows its targets, how to bite and how to heal. The scope around the two is written once,
here: leaving it heals, even on an error or Ctrl-C, and both ends are announced, so that they are in the same
history as the operations (as in Jepsen; the scope is turmoil's).
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

from chaos.cluster import Ability, Cluster, ClusterError
from chaos.cluster.undisturbed import undisturbed


class DidNotBite(ClusterError):  # noqa: N818 - it reads as what it says
    """The fault is in place, but nothing shows that it had an effect, so what follows proves nothing."""


@dataclass(frozen=True)
class Mark:
    """One end of a fault: `f` and `value` as in the history, `text` for people who watch."""

    f: str
    value: Mapping[str, Any]
    text: str


Announce: TypeAlias = Callable[[Mark], None]


def to_nobody(_: Mark) -> None:
    """Announce nothing."""


@dataclass(frozen=True)
class Strike:
    """A fault that has taken aim at `nodes`.

    `bite` may raise `DidNotBite`; `heal` may always be called; `stop` is None if nothing is undone.
    """

    nodes: tuple[str, ...]
    start: Mark
    stop: Mark | None
    bite: Callable[[], Awaitable[None]]
    heal: Callable[[], Awaitable[None]]


class Fault(ABC):
    """Base of every fault; `needs` names what a runtime must be able to do."""

    needs: ClassVar[frozenset[Ability]]

    @abstractmethod
    async def aim(self, cluster: Cluster) -> Strike:
        """Resolve the targets as they are now. Changes nothing. Raises `ClusterError`."""

    @asynccontextmanager
    async def applied(
        self, cluster: Cluster, announce: Announce = to_nobody
    ) -> AsyncIterator[tuple[str, ...]]:
        """Strike; yields the nodes aimed at; leaving the block heals, and waits until that is done."""
        missing = self.needs - cluster.abilities
        if missing:
            raise ClusterError(
                f"{type(self).__name__} needs {', '.join(sorted(missing))}, which the runtime "
                f"{cluster.runtime!r} cannot do; run it on another"
            )
        strike = await self.aim(cluster)
        announce(strike.start)
        try:
            await strike.bite()
            yield strike.nodes
        finally:
            with undisturbed():
                await strike.heal()
            if strike.stop:
                announce(strike.stop)
