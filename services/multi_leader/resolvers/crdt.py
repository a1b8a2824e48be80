"""No conflicts: the values are counters, sets, maps and lists, and all changes to them are joined.

See `services/multi_leader/crdts`. A plain `put` cannot be joined; of two such puts both are kept, as in
`record`. (Riak 2.0 calls them data types; Redis Enterprise and Cosmos DB use them between datacenters.)
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from services.messages import Operation, Value
from services.messages.multi_leader import Change
from services.multi_leader import crdts
from services.multi_leader.knowledge import newest, order, past_of_all
from services.multi_leader.resolvers import values_of


class Crdt:
    """See `Resolver`."""

    blind_replaces = False
    keeps_history = False

    def keep(self, held: Sequence[Change], arrived: Change) -> tuple[Change, ...]:
        """See `Resolver`. All that can be joined becomes one version, the last of those kept."""
        plain = [each for each in (*held, arrived) if not each.merges]
        merging = [each for each in (*held, arrived) if each.merges]
        return (*newest(plain), *([_joined(merging)] if merging else ()))

    def count(self, held: Sequence[Change]) -> tuple[Change, ...]:
        """See `Resolver`."""
        return tuple(held)

    def show(self, held: Sequence[Change]) -> tuple[Value, ...]:
        """See `Resolver`."""
        return (*values_of([each for each in held if not each.merges]), *crdts.shown(state_of(held)))


def state_of(held: Sequence[Change]) -> crdts.State:
    """The joined state of the counters, sets, maps and lists among `held`."""
    state = crdts.NOTHING
    for each in held:
        if each.merges:
            state = crdts.joined(state, crdts.state_in(each.operation.value))
    return state


def _joined(versions: Sequence[Change]) -> Change:
    """All of them in one version, under the name of the latest."""
    latest = max(versions, key=order)
    value = msgspec.to_builtins(state_of(versions))
    past = str(past_of_all(versions))
    return replace(latest, operation=Operation("put", latest.operation.key, value), past=past)


RESOLVER = Crdt()
