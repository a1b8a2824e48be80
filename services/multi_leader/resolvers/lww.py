"""Last write wins: of two versions the one with the larger stamp stays, and the other is gone for good.

All leaders agree, whatever arrives first. But the other's writer was told that its write was done.
(Cassandra's only way, and an option of Riak and of most products with several leaders.)
"""

from collections.abc import Sequence

from services.messages import Value
from services.messages.multi_leader import Change
from services.multi_leader.knowledge import order
from services.multi_leader.resolvers import values_of


class LastWriteWins:
    """See `Resolver`."""

    blind_replaces = True
    keeps_history = False

    def keep(self, held: Sequence[Change], arrived: Change) -> tuple[Change, ...]:
        """See `Resolver`."""
        return (max(*held, arrived, key=order),) if held else (arrived,)

    def count(self, held: Sequence[Change]) -> tuple[Change, ...]:
        """See `Resolver`."""
        return tuple(held)

    def show(self, held: Sequence[Change]) -> tuple[Value, ...]:
        """See `Resolver`."""
        return values_of(held)


RESOLVER = LastWriteWins()
