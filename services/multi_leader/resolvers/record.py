"""The conflict is recorded: all versions are kept until a client that has seen them writes a replacement.

Which versions these are does not depend on the order of arrival, so all leaders hold the same. Readers are
shown all of them, the same one last everywhere, and a context. A write that brings the context back replaces
what was shown, and nothing else. (In CouchDB all copies choose the same winner and keep the losers beside it;
Riak calls them siblings.)
"""

from collections.abc import Sequence

from services.messages import Value
from services.messages.multi_leader import Change
from services.multi_leader.knowledge import newest
from services.multi_leader.resolvers import values_of


class Record:
    """See `Resolver`."""

    blind_replaces = False
    keeps_history = False

    def keep(self, held: Sequence[Change], arrived: Change) -> tuple[Change, ...]:
        """See `Resolver`."""
        return newest((*held, arrived))

    def count(self, held: Sequence[Change]) -> tuple[Change, ...]:
        """See `Resolver`."""
        return tuple(held)

    def show(self, held: Sequence[Change]) -> tuple[Value, ...]:
        """See `Resolver`."""
        return values_of(held)


RESOLVER = Record()
