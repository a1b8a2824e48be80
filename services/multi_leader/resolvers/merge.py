"""All values are kept in one: the parts of texts, sorted and joined, `B/C`.

Merging is a function of the versions that no write has replaced, so all leaders get the same result. Nothing
is lost, but a reader gets a value that nobody wrote. If some values are not texts, readers see all of them.
"""

from collections.abc import Sequence

from services.messages import Value
from services.messages.multi_leader import Change
from services.multi_leader.knowledge import newest
from services.multi_leader.resolvers import joined_or_all

BETWEEN = "/"


class Merge:
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
        return joined_or_all(joined, held)


def joined(texts: tuple[str, ...]) -> str:
    """Every part once, in alphabetical order."""
    return BETWEEN.join(sorted({part for text in texts for part in text.split(BETWEEN)}))


RESOLVER = Merge()
