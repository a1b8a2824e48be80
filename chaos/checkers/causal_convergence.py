"""Readers see concurrent writes in opposite orders, or an effect without its cause.

Causal convergence (CCv; Perrin et al. 2016, Bouajjani et al. 2017): besides all that `causality` requires,
there is one order of all writes that every view follows: a reader that knows several writes of a key is
shown the last of them in that order. Last-writer-wins guarantees this, and so does every other rule that
makes replicas agree. It is broken when the orders that readers were shown ("CF", see `_conflicts.py`) and
the order of causes and effects form a ring ("CyclicCF"). Disagreement while messages travel does not count:
a reader that does not know a write yet decides nothing about it.

Assumed, else unknown: as for `causality`. Not looked at: what a read of nothing decides once something was
deleted.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from chaos.checkers._conflicts import Conflicts, is_linearizable
from chaos.checkers._cycles import lightest_cycle, tangles
from chaos.checkers._passing import READ, WRITE, passed
from chaos.checkers._pasts import TooManyError
from chaos.checkers._words import did, saw, sentence, witness_of
from chaos.checkers.causality import breaches_of
from chaos.history import History, Operation
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "causal-convergence"
Why: TypeAlias = int | None  # the read that says so; None: its writer knew it


def check(history: History) -> Finding:
    """Found with one witness for each read without a cause and each ring of writes."""
    breaches, reason = breaches_of(history)
    witnesses = [tell() for _, tell in sorted(breaches.items())]
    if not breaches and not is_linearizable(history):
        try:
            witnesses += _rings(Conflicts.of(history))
        except TooManyError as error:
            reason = reason or str(error)
    if witnesses:
        return found(NAME, len(witnesses), witnesses)
    return unknown(NAME, reason) if reason else passed(NAME, history.succeeded, READ, WRITE)


def _rings(conflicts: Conflicts) -> Iterator[Witness]:
    begin = conflicts.table.begin
    if not (begin[conflicts.first] > begin[conflicts.second]).any():
        return  # every ring needs a step back in time, and what one knows has begun before
    reasons = _graph(conflicts)
    graph = {node: dict.fromkeys(after, 1) for node, after in reasons.items()}
    for tangle in tangles(graph):
        ring = lightest_cycle(graph, tangle)
        steps = [(a, b, reasons[a][b]) for a, b in pairwise([*ring, ring[0]])]
        yield _witness(conflicts, steps)


def _graph(conflicts: Conflicts) -> dict[int, dict[int, Why]]:
    """For each write of a conflict those that come after it, and the read that says so, if it is one."""
    after: dict[int, dict[int, Why]] = defaultdict(dict)
    triples = zip(conflicts.first.tolist(), conflicts.second.tolist(), conflicts.read.tolist(), strict=True)
    for first, second, read in triples:
        after[second]  # every write is a node
        after[first].setdefault(second, read)
    pasts, begin = conflicts.pasts, conflicts.table.begin
    targets, sources = np.unique(conflicts.second), np.unique(conflicts.first)
    lines, past = pasts.line_of(targets), pasts.of(sources)
    for number in np.unique(lines):
        line = targets[lines == number]
        for one, next_one in pairwise(line.tolist()):
            after[one].setdefault(next_one, None)
        known = np.searchsorted(begin[line], past[:, number], side="right") - 1
        for source, at in zip(sources.tolist(), known.tolist(), strict=True):
            if at >= 0 and line[at] != source:
                after[int(line[at])].setdefault(source, None)
    return after


def _witness(conflicts: Conflicts, steps: list[tuple[int, int, Why]]) -> Witness:
    table = conflicts.table
    told, shown = [], list[Operation]()
    for first, second, read in steps:
        before, after = table.operation(first), table.operation(second)
        shown += [before, after]
        if read is None:
            told.append(f"{did(after)} knowing that {did(before)}")
            continue
        look, sight = table.operation(read), conflicts.pasts.sight(read, first)
        shown += [look] if sight is None else [table.operation(sight), look]
        told.append(f"{saw(look)}, knowing that {did(before)}: there that comes before {did(after)}")
    return witness_of(sentence(f"{'; '.join(told)}; no one order is all of that"), *shown)
