"""The application's own handler settles a conflict as soon as a leader meets it, before anybody reads.

Each leader calls the handler for itself, so it has to be quick, and a pure function of the values. If it
fails or takes too long, nothing stops: all versions are kept and shown, as if there were no handler, and the
log says why. (Bucardo runs a snippet of Perl for this.)
"""

from collections.abc import Sequence

from services.messages import Value
from services.messages.multi_leader import Change
from services.multi_leader.handlers import BrokenOffError, Resolve, within
from services.multi_leader.knowledge import newest
from services.multi_leader.resolvers import values_of


class OnWriteHandler:
    """See `Resolver`."""

    blind_replaces = False
    keeps_history = False

    def __init__(self, resolve: Resolve, steps: int) -> None:
        self._resolve, self._steps = resolve, steps

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
        made, why = self._ask(held[0].operation.key, values)
        return values if why else (made,)

    def complaint(self, held: Sequence[Change]) -> str:
        """Why the handler did not settle these, in one line; empty when it did."""
        values = values_of(held)
        return self._ask(held[0].operation.key, values)[1] if len(values) > 1 else ""

    def _ask(self, key: str, values: tuple[Value, ...]) -> tuple[Value, str]:
        try:
            return within(self._steps, self._resolve, key, values), ""
        except (Exception, BrokenOffError) as error:  # whatever an application's code may raise
            return None, " ".join(f"{type(error).__name__}: {error}".split())
