"""Of concurrent versions, that of the replica with the higher name wins.

No clock is needed, and all leaders agree. The other writes were acknowledged, but count for nothing: readers
see one version, and the next write replaces all of them. (Riak's and MySQL's users know it as a rule of
thumb, Oracle GoldenGate as site priority.)
"""

from collections.abc import Sequence

from services.messages import Value
from services.messages.multi_leader import Change
from services.multi_leader.knowledge import newest
from services.multi_leader.resolvers import values_of


class ReplicaPriority:
    """See `Resolver`."""

    blind_replaces = True
    keeps_history = False

    def keep(self, held: Sequence[Change], arrived: Change) -> tuple[Change, ...]:
        """See `Resolver`. The losers stay on the disk until they are replaced: otherwise later versions could
        not be compared with them, and leaders would differ.
        """
        return newest((*held, arrived))

    def count(self, held: Sequence[Change]) -> tuple[Change, ...]:
        """See `Resolver`."""
        return (max(held, key=lambda version: (version.origin, version.sequence)),) if held else ()

    def show(self, held: Sequence[Change]) -> tuple[Value, ...]:
        """See `Resolver`."""
        return values_of(self.count(held))


RESOLVER = ReplicaPriority()
