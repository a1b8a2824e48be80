"""What the steps of a transaction do to registers, as plain functions.

A transaction is done at one leader and arrives whole at the others. But what becomes of a conflict is
decided for each of its rows alone, so of two transactions that have one row in common the one may lose that
row and keep its others. (Most products with several leaders settle conflicts so: for a row or a document.)
"""

from collections.abc import Sequence

from services.errors import LabError
from services.messages import Operation, Value
from services.messages.multi_leader import Step
from services.store.effects import canonical

MOST_BYTES = 256 << 10  # of a list that is appended to, as of every value


def seen_by_a_step(shown: Sequence[Value]) -> Value:
    """The value of a register; of several that are lists, what is in any of them. Of nothing it is null."""
    if len(shown) == 1:
        return shown[0]
    elements = [element for value in shown for element in (value if isinstance(value, list) else [value])]
    return list({canonical(element): element for element in elements}.values()) or None


def operation_of(step: Step, seen: Value) -> Operation:
    """What `step` writes where that is `seen`. Raises `LabError` bad-request or too-large."""
    if step.f == "put":
        return Operation("put", step.key, step.value)
    if seen is not None and not isinstance(seen, list):
        raise LabError("bad-request", f"{step.key!r} is no list, so nothing can be appended to it")
    longer = [*(seen or []), step.value]
    if len(canonical(longer).encode()) > MOST_BYTES:
        raise LabError("too-large", f"the list {step.key!r} would have more than {MOST_BYTES} bytes")
    return Operation("put", step.key, longer)
