"""Two acknowledged changes of one register conflict: neither of the two authors knew of the other's.

Nothing need be lost if both are kept, but somebody has to settle it. If all changes of a record go through
one leader, and its authors read before they write, there is no conflict. It is judged by what clients say
they saw (`saw`), step by step, see `_knowledge.py`: a change that may have known the other is no evidence.

Assumed, else unknown: no value is written twice to one register, and some change that says what it knew was
acknowledged. Not looked at: blind changes, changes that failed or are in doubt, sets.
"""

from collections.abc import Iterator
from itertools import combinations

from chaos.checkers._knowledge import Knowledge, Known
from chaos.checkers._passing import CHANGE, passed
from chaos.checkers._scope import scope
from chaos.checkers._words import sentence, shown, was_told, witness_of
from chaos.history import History
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "conflict"


def check(history: History) -> Finding:
    """Found with one witness for each pair of changes that conflict; pairs of two nodes come first."""
    judged = scope(history)
    if judged.foreign:
        return unknown(NAME, judged.foreign)
    known = [Knowledge(of_key) for of_key in judged.keys if not of_key.is_set and of_key.is_known]
    if not any(_judged(of_key) for of_key in known):
        return unknown(NAME, "nobody said what a change knew, so nobody can tell who knew of whom")
    pairs = [pair for of_key in known for pair in _conflicts(of_key)]
    if pairs:
        told = sorted(pairs, key=lambda pair: pair[0].change.node == pair[1].change.node)
        return found(NAME, len(pairs), (_witness(*pair) for pair in told))
    doubts = [*judged.doubts, *(doubt for of_key in known for doubt in of_key.doubts)]
    if doubts:
        return unknown(NAME, doubts[0])
    return passed(NAME, judged.succeeded, CHANGE, summary=judged.summary)


def _judged(known: Knowledge) -> list[Known]:
    """The acknowledged changes that say what they knew."""
    return [one for one in known.changes if not one.is_blind and one.change.outcome == "ok"]


def _conflicts(known: Knowledge) -> Iterator[tuple[Known, Known]]:
    for one, other in combinations(_judged(known), 2):
        if not one.may & other.bit and not other.may & one.bit:
            yield one, other


def _witness(one: Known, other: Known) -> Witness:
    left = shown(other.change.value) if other.change.f == "write" else "a delete"
    text = f"{was_told(one.change)}; so was {left} by {other.change.node}, and neither knew the other"
    return witness_of(sentence(text), one.change, other.change)
