"""The application's own handler settles a conflict as soon as a leader meets it, before anybody reads.

Nobody is asked, so the handler has to be quick, and a pure function of the values: each leader calls it for
itself. One that fails stops nothing: all versions are kept and shown, as if there were no handler. (Bucardo
runs a snippet of Perl for this.)
"""

from collections.abc import Sequence

from services.messages import Value
from services.messages.multi_leader import Change
from services.multi_leader.handlers import Resolve
from services.multi_leader.knowledge import newest
from services.multi_leader.resolvers import values_of


class OnWriteHandler:
    """See `Resolver`."""

    blind_replaces = False

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def keep(self, held: Sequence[Change], arrived: Change) -> tuple[Change, ...]:
        """See `Resolver`."""
        return newest((*held, arrived))

    def count(self, held: Sequence[Change]) -> tuple[Change, ...]:
        """See `Resolver`."""
        return tuple(held)

    def show(self, held: Sequence[Change]) -> tuple[Value, ...]:
        """See `Resolver`."""
        values = values_of(held)
        if len(values) < 2:
            return values
        try:
            return (self._resolve(held[0].operation.key, values),)
        except Exception:  # whatever an application's code may raise
            return values
