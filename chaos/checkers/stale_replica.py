"""After settling, a replica still holds a replaced value.

A value is certainly replaced once a change is acknowledged that began after the change which left the
value was over; for an absent key, once any write is, unless a delete may have come last. A set is stale
when it lacks an acknowledged element that no delete explains. Each replica is judged alone, so this is
found also where all replicas agree on what is old. That counts once, however many hold it: it is one write
that they lack.

If clients say what they knew (`saw`, `siblings`), a write replaces the values that its client knew, and later
writes that did not know a value leave it current. One replaced sibling, or one replaced part of a merged
value, is enough.

Assumed, else unknown: no value written twice to one register, final reads, when the cluster had settled and
after the last acknowledgement, of every replica that answered clients (how the others stand says little
where one was never asked), and every value held was written by somebody. Not looked at: what is neither a
register nor a set.
"""

from collections.abc import Iterator, Sequence

from chaos.checkers._finals import FinalContents, Holding, premature
from chaos.checkers._keys import ADDS, KeyOperations, elements, failed_to_leave, left_behind, may_remove
from chaos.checkers._knowledge import Knowledge, is_known
from chaos.checkers._outdated import Outdated
from chaos.checkers._passing import CHANGE, passed
from chaos.checkers._scope import scope
from chaos.checkers._words import sentence, shown, shown_values, together, unsourced, was_told, witness_of
from chaos.history import History, Operation, canonical
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "stale-replica"
TOO_SOON = "one that is behind may still catch up"


def check(history: History, *, settled: bool = True) -> Finding:
    """Found with one witness for each key and replaced value, `count` of these.

    `settled`: the cluster had come to rest before its replicas were read.
    """
    judged = scope(history)
    reason = judged.foreign or premature(history, settled, TOO_SOON)
    if reason:
        return unknown(NAME, reason)
    finals = FinalContents(history)
    if finals.never_read:
        return unknown(
            NAME, f"{', '.join(finals.never_read)} answered clients, but was never read in the end"
        )
    keys = judged.keys
    stale = [_witness(holdings, missed) for of_key in keys for holdings, missed in _stale(of_key, finals)]
    if stale:
        return found(NAME, len(stale), stale)
    unread = [
        f"what {node} holds under {of_key.key} is not known"
        for of_key in keys
        for node in finals.unread(of_key.key)
    ]
    untraced = [text for of_key in keys for text in _untraced(of_key, finals)]
    doubts = [*unread, *untraced, *judged.doubts]
    if doubts:
        return unknown(NAME, doubts[0])
    return passed(NAME, judged.succeeded, CHANGE, summary=judged.summary)


def _stale(of_key: KeyOperations, finals: FinalContents) -> Iterator[tuple[Sequence[Holding], Operation]]:
    """The replicas that are behind, by what they hold, and the first acknowledged change that they lack."""
    knowledge = _knowledge(of_key, finals)
    for holdings in _alike(of_key, finals):
        holding = holdings[0]
        if knowledge:
            missed = _replaced(holding, knowledge)
        else:
            missed = _missed_elements(of_key, holding) if of_key.is_set else _missed_changes(of_key, holding)
        if first := min(missed, key=lambda change: change.end, default=None):
            yield holdings, first


def _alike(of_key: KeyOperations, finals: FinalContents) -> Iterator[Sequence[Holding]]:
    """The replicas that hold the same, together."""
    groups: dict[frozenset[bytes], list[Holding]] = {}
    for holding in finals.of(of_key.key):
        held = elements(holding.value) if of_key.is_set else map(canonical, holding.values)
        groups.setdefault(frozenset(held), []).append(holding)
    yield from groups.values()


def _knowledge(of_key: KeyOperations, finals: FinalContents) -> Knowledge | None:
    """What clients knew, where they say so."""
    several = (holding.siblings for holding in finals.of(of_key.key))
    return Knowledge(of_key) if is_known(of_key, several) else None


def _replaced(holding: Holding, knowledge: Knowledge) -> list[Operation]:
    """The changes that had replaced something of what is held, or all that a replica with nothing lacks."""
    state = Outdated(knowledge)
    if not holding.values:
        return state.missed([])
    return [change for value in holding.values for change in state.replaced(value, in_part=True)]


def _missed_changes(of_key: KeyOperations, holding: Holding) -> list[Operation]:
    over = _over(of_key, holding)
    return [] if over is None else [change for change in of_key.acknowledged if change.index > over]


def _over(of_key: KeyOperations, holding: Holding) -> float | None:
    """When the change that left this value was over, at the latest; None when nobody left it."""
    value = canonical(holding.value)
    ends = [change.end for change in of_key.changes if canonical(left_behind(change)) == value]
    return max(ends, default=-1 if holding.value is None else None)


def _missed_elements(of_key: KeyOperations, holding: Holding) -> list[Operation]:
    held = elements(holding.value)
    deletes = [change for change in of_key.changes if change.f == "delete"]
    missing = (add for add in of_key.acknowledged if add.f in ADDS and canonical(add.value) not in held)
    return [add for add in missing if not any(may_remove(delete, add) for delete in deletes)]


def _untraced(of_key: KeyOperations, finals: FinalContents) -> Iterator[str]:
    if knowledge := _knowledge(of_key, finals):
        yield from _untraced_parts(knowledge, finals)
        return
    for holding in () if of_key.is_set else finals.of(of_key.key):
        if _over(of_key, holding) is None:
            whence = unsourced(failed_to_leave(of_key, holding.value), "which nobody wrote")
            yield f"{holding.node} holds {shown(holding.value)} under {of_key.key}, {whence}"


def _untraced_parts(knowledge: Knowledge, finals: FinalContents) -> Iterator[str]:
    of_key = knowledge.of_key
    yield from knowledge.doubts
    for holding in finals.of(of_key.key):
        for value in Outdated(knowledge).untraced(holding.values):
            whence = unsourced(failed_to_leave(of_key, value), "which nobody wrote")
            yield f"{holding.node} holds {shown(value)} under {of_key.key}, {whence}"


def _witness(holdings: Sequence[Holding], missed: Operation) -> Witness:
    one, ending = holdings[0], "s" if len(holdings) == 1 else ""
    holds = (
        f"lack{ending} {shown(missed.value)}"
        if missed.f in ADDS
        else f"hold{ending} {shown_values(one.value, one.siblings)}"
    )
    nodes = together([holding.node for holding in holdings])
    text = f"{was_told(missed)}; after settling, {nodes} still {holds} under {missed.key}"
    return witness_of(sentence(text), missed, *(holding.read for holding in holdings))
