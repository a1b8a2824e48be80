"""What the steps of a transaction do to registers, as plain functions.

A transaction is done at one leader and arrives whole at the others. But conflicts are settled row by row, so
of two transactions with one row in common, one may lose that row and keep its others. (Most products with
several leaders settle conflicts by row or by document.)
"""

from collections.abc import Sequence

import msgspec

from services.errors import LabError
from services.messages import Operation, Value
from services.messages.multi_leader import Change, Step
from services.multi_leader import crdts
from services.multi_leader.crdts import sequence
from services.multi_leader.resolvers import Resolver
from services.multi_leader.resolvers.crdt import Crdt, state_of
from services.store.effects import canonical
from services.versions import dotted
from services.versions.dotted import Dot

MOST_BYTES = 256 << 10  # of a list that grows by appending, as of every value


def seen_by_a_step(shown: Sequence[Value]) -> Value:
    """The value of a register; of several values, a list of all their elements; null if there is none."""
    if len(shown) == 1:
        return shown[0]
    elements = [element for value in shown for element in (value if isinstance(value, list) else [value])]
    return list({canonical(element): element for element in elements}.values()) or None


def operation_of(step: Step, seen: Value) -> Operation:
    """What `step` writes if it has `seen` this value. Raises `LabError` bad-request or too-large."""
    if step.f == "put":
        return Operation("put", step.key, step.value)
    if seen is not None and not isinstance(seen, list):
        raise LabError("bad-request", f"{step.key!r} is not a list, so nothing can be appended to it")
    longer = [*(seen or []), step.value]
    if len(canonical(longer).encode()) > MOST_BYTES:
        raise LabError("too-large", f"the list {step.key!r} would have more than {MOST_BYTES} bytes")
    return Operation("put", step.key, longer)


def is_merging(resolver: Resolver) -> bool:
    """Does it join counters, sets, maps and lists?"""
    return isinstance(resolver, Crdt)


def effect_of(
    step: Step,
    resolver: Resolver,
    held: Sequence[Change],
    dot: Dot,
    past: str,
    place: tuple[int, int],
) -> Operation:
    """The change of `step` to a counter, set, map or list, as it is shipped; `place` is (time, number).

    Raises `LabError` bad-request.
    """
    if not is_merging(resolver):
        text = f"{step.f} is for counters, sets, maps and lists; {step.key!r} is none of these, because"
        raise LabError("bad-request", f"{text} its conflicts are not settled by `crdt`")
    new = sequence.new_id(*place, dot.node)
    delta = crdts.effect_of(step, state_of(held), dot, dotted.past_in(past), new)
    return Operation("put", step.key, msgspec.to_builtins(delta))
