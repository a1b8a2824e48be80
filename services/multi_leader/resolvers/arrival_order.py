"""No resolution at all: what arrives overwrites what is there.

A follower does the same with its leader's log, but there one order holds for all. Two leaders see each
other's writes in opposite orders, and each ends with the other's value: they differ for ever, and nobody
notices.
"""

from collections.abc import Sequence

from services.messages import Value
from services.messages.multi_leader import Change
from services.multi_leader.resolvers import values_of


class ArrivalOrder:
    """See `Resolver`."""

    blind_replaces = True
    keeps_history = False

    def keep(self, held: Sequence[Change], arrived: Change) -> tuple[Change, ...]:
        """See `Resolver`."""
        return (arrived,)

    def count(self, held: Sequence[Change]) -> tuple[Change, ...]:
        """See `Resolver`."""
        return tuple(held)

    def show(self, held: Sequence[Change]) -> tuple[Value, ...]:
        """See `Resolver`."""
        return values_of(held)


RESOLVER = ArrivalOrder()
