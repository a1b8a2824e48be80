"""Changes run in circles: a change that a leader has handed on comes back to it as if it were new.

Two values of a register chase each other. A client that reads one replica again and again sees the first,
then the second, the first again, and the second again, although each was written only once. Nothing else
looks like that: a rolled-back value does not come again, and a late one does not come twice.

Assumed, else unknown: registers, no value written twice to one key, reads that name their replica, some write
and some read that succeeded. Not looked at: sets; a lone change that runs in circles, which nobody can see by
reading; siblings and keys whose clients say what they knew.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, permutations

from chaos.checkers._keys import KeyOperations
from chaos.checkers._knowledge import is_known
from chaos.checkers._passing import CHANGE, READ, passed
from chaos.checkers._scope import scope
from chaos.checkers._words import answerer, seconds, sentence, shown, witness_of
from chaos.history import History, Operation, canonical
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "replication-loop"
LAPS = 4  # the one, the other, and both again


def check(history: History) -> Finding:
    """Found with one witness for each key and replica where a pair of values came twice."""
    judged = scope(history)
    if judged.foreign:
        return unknown(NAME, judged.foreign)
    circles = [circle for of_key in judged.keys for circle in _circles(of_key)]
    if circles:
        return found(NAME, len(circles), map(_witness, circles))
    if judged.doubts:
        return unknown(NAME, judged.doubts[0])
    return passed(NAME, judged.succeeded, READ, CHANGE, summary=judged.summary)


def _circles(of_key: KeyOperations) -> Iterator[Sequence[Operation]]:
    if of_key.is_set or is_known(of_key) or any(change.f == "cas" for change in of_key.changes):
        return
    by_node: dict[str, list[Operation]] = {}
    for read in sorted(of_key.reads, key=lambda read: read.index):
        if read.node is not None and read.value is not None:
            by_node.setdefault(read.node, []).append(read)
    for _, reads in sorted(by_node.items()):
        if circle := _circle(reads):
            yield circle


def _circle(reads: Sequence[Operation]) -> Sequence[Operation]:
    """The first four reads, one after the other, that show one value, another, the one, the other."""
    circles = (_turns(reads, *pair) for pair in permutations(_came_back(reads), 2))
    return next((circle for circle in circles if len(circle) == LAPS), ())


def _came_back(reads: Sequence[Operation]) -> list[bytes]:
    """The values that were shown again after another one: none where nothing runs in circles."""
    spells = [value for value, _ in groupby(canonical(read.value) for read in reads)]
    return [value for value, times in Counter(spells).items() if times > 1]


def _turns(reads: Sequence[Operation], one: bytes, other: bytes) -> list[Operation]:
    """The earliest reads that show the two by turns, each begun when the last one was over."""
    turns: list[Operation] = []
    for read in reads:
        wanted = other if len(turns) % 2 else one
        is_next = not turns or turns[-1].end < read.index
        if len(turns) < LAPS and is_next and canonical(read.value) == wanted:
            turns.append(read)
    return turns


def _witness(circle: Sequence[Operation]) -> Witness:
    first = circle[0]
    looks = ", ".join(f"{shown(read.value)} at {seconds(read.invoked_ns)}" for read in circle)
    text = f"whoever asked {answerer(first)} for {first.key} saw {looks}, and each was written once"
    return witness_of(sentence(text), *circle)
