"""From a history to the versions that its writes were: who made each, and which others its author knew.

A history says what authors saw, so which writes they knew can be told without trusting any node's vectors.
What was recorded once is the same for every resolver, although under another one its authors might have
been shown something else.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chaos.checkers._keys import KeyOperations, keys_of
from chaos.checkers._knowledge import Knowledge, Known
from chaos.history import History, Operation
from services.messages import Operation as Asked
from services.messages.multi_leader import Change
from services.messages.versions import Stamp
from services.versions.dotted import Dot, past_of


@dataclass(frozen=True)
class Write:
    """One write of the recording, and the numbers of those that its author knew; `told` that it is done."""

    number: int
    change: Change
    knew: frozenset[int]
    told: bool


def writes_of(history: History) -> list[Write]:
    """All writes of registers that took place, in the order in which they were asked for.

    Raises `ValueError` when there are none, or when they are of a single leader.
    """
    chosen = sorted(_chosen(history), key=lambda each: each[0].change.index)
    numbers = {known.change.index: number for number, (known, _) in enumerate(chosen)}
    writes: list[Write] = []
    for known, knowledge in chosen:
        knew = [
            numbers[each.change.index] for each in knowledge.of(known.knew) if each.change.index in numbers
        ]
        writes.append(_write(known.change, frozenset(knew), writes))
    leaders = dict.fromkeys(write.change.origin for write in writes)
    if len(leaders) < 2:
        raise ValueError(f"there are writes of {len(leaders)} leaders in it; a conflict takes two")
    return writes


def _chosen(history: History) -> Iterator[tuple[Known, Knowledge]]:
    """Those that were acknowledged, and those in doubt that somebody saw."""
    for of_key in keys_of(history):
        if not of_key.is_set and not of_key.is_counter and _are_of_registers(of_key):
            knowledge = Knowledge(of_key)
            happened = 0
            for known in knowledge.changes:
                happened |= (known.bit | known.knew) if known.change.outcome == "ok" else 0
            yield from ((known, knowledge) for known in knowledge.of(happened))


def _are_of_registers(of_key: KeyOperations) -> bool:
    return all(change.f in ("write", "delete") for change in of_key.changes)


def _write(operation: Operation, knew: frozenset[int], before: Sequence[Write]) -> Write:
    origin = operation.node or operation.gateway or "nobody"
    numbers = Counter((each.change.origin, each.change.operation.key) for each in before)
    key = str(operation.key)
    dots = [Dot(before[number].change.origin, before[number].change.number) for number in sorted(knew)]
    after: dict[str, int] = {}
    for number in knew:
        known = before[number].change
        after[known.origin] = max(after.get(known.origin, 0), known.sequence)
    after.pop(origin, None)
    change = Change(
        origin=origin,
        sequence=sum(each.change.origin == origin for each in before) + 1,
        operation=Asked("delete" if operation.f == "delete" else "put", key, operation.value),
        stamp=Stamp(operation.invoked_ns // 1000, origin),
        number=numbers[origin, key] + 1,
        past=str(past_of({}, tuple(dots))),
        after=dict(sorted(after.items())),
    )
    return Write(len(before), change, knew, operation.outcome == "ok")
