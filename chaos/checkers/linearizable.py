"""A key's register did not behave like a single register that all clients share.

Linearizable (Herlihy and Wing 1990): every operation seems to take effect at one moment between its request
and its answer. A history is linearizable if each key is. Keys whose values are each written once are judged
by the zones of their values, all together in n log n. Keys with compare-and-set, deletes, appended text or
repeated values each need a search, with a budget; when it is used up, the result is unknown.

Operations in doubt may take effect at any time after they began, or never. Every key is absent at first.
A failed cas is assumed to have had no effect, and says nothing about the value.

Assumed, else unknown: some read and some write of a register succeeded. A read of what nobody had begun to
write is evidence, not a breach of an assumption. Not looked at, as the finding says: what is of no register
(sets, lists, transactions), reads and compare-and-sets that failed, reads in doubt, and the replicas' final
contents: a write that is lost in the end without any client having noticed is for `lost-write` to find.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from chaos.checkers._ages import several_values
from chaos.checkers._collisions import collided, read_too_early
from chaos.checkers._columns import Columns, columns
from chaos.checkers._keys import (
    ABSENT,
    KeyOperations,
    UnreadableError,
    half_a_swap,
    keys_of,
    left_behind,
    token,
)
from chaos.checkers._passing import LOOK, WRITE, passed
from chaos.checkers._registers import registers
from chaos.checkers._search import Budget, Stuck, search
from chaos.checkers._words import sentence, shown, told, witness_of
from chaos.checkers._zones import collisions, early_reads, zones
from chaos.history import History, Key
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "linearizable"
Telling: TypeAlias = Callable[[], Witness]
BUDGET = 1_000_000  # configurations of all searches together


def check(history: History, *, budget: int = BUDGET) -> Finding:
    """Found with one witness for each key that is not linearizable; `count` is the number of such keys."""
    all_registers = registers(history)
    table = columns(history)
    witnesses = dict(_by_zones(history, table))
    reason = ""
    try:
        witnesses.update(_by_search(history, table, Budget(budget)))
    except UnreadableError as error:
        reason = str(error)
    if table.keys_of_several:
        reason = reason or several_values(min(map(str, table.keys_of_several)))
    summary, reason = all_registers.summary, reason or all_registers.doubt
    if witnesses:
        finding = found(NAME, len(witnesses), (tell() for tell in witnesses.values()))
        return replace(finding, summary="; ".join(filter(None, (summary, reason))))
    if reason:
        return unknown(NAME, reason)
    return passed(NAME, all_registers.succeeded, LOOK, WRITE, summary=summary)


def _by_zones(history: History, table: Columns) -> Iterator[tuple[Key, Telling]]:
    """One witness for each key, told when needed; where several things are wrong with it, the simplest."""
    of_values = zones(table)
    shown_keys = {*table.keys_elsewhere, *registers(history).foreign}
    for row in early_reads(table, of_values):
        key = table.keys[table.key[row]]
        if key not in shown_keys and table.traceable[table.key[row]]:
            shown_keys.add(key)
            yield key, partial(read_too_early, history, table, int(row))
    for collision in collisions(table, of_values):
        key = table.keys[table.key_of_cell[collision.cell]]
        if key not in shown_keys:
            shown_keys.add(key)
            yield key, partial(collided, table, of_values, collision)


def _by_search(history: History, table: Columns, budget: Budget) -> Iterator[tuple[Key, Telling]]:
    """One witness for each key that zones cannot judge, the shortest first. Raises `UnreadableError`."""
    traceable = {key for key, yes in zip(table.keys, table.traceable, strict=True) if yes}
    judged = (traceable - table.keys_elsewhere) | registers(history).foreign | table.keys_of_several
    wanted = {*table.keys, *table.keys_elsewhere} - judged
    if not wanted:
        return
    keys = [of_key for of_key in keys_of(history) if of_key.key in wanted]
    for of_key in sorted(keys, key=lambda of_key: len(of_key.changes) + len(of_key.reads)):
        if reason := half_a_swap(of_key):
            raise UnreadableError(reason)
        if stuck := search(of_key, budget):
            yield of_key.key, partial(_dead_end, of_key, stuck)


def _dead_end(of_key: KeyOperations, stuck: Stuck) -> Witness:
    last = stuck.operation
    before = [change for change in of_key.changes if change.index < last.end and change is not last]
    left = [change for change in before if token(left_behind(change)) in stuck.states]
    values = {shown(left_behind(change)) for change in left}
    values |= {shown(None)} if ABSENT in stuck.states else set()
    values |= {shown(state) for state in stuck.states if isinstance(state, str)}
    might = " or ".join(sorted(values))
    text = (
        f"{told(last)}; but in whatever order all before it is put, {of_key.key} can only have been {might}"
    )
    return witness_of(sentence(text), *left, last)
