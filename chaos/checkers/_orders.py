"""Why no order of a register's operations exists: the longest one there is, and where every one ends.

A history that is not linearizable has a shortest beginning that is not, and that ends with an answer. So
there is one operation, the *stop*, of which two things are true: all that was answered before it can be put
in order, and with it that cannot be done. Porcupine's visualizer (Athalye 2017) shows the longest such order;
so does this. It is made only of keys of which a checker has found already that something is wrong.
"""

from dataclasses import dataclass

from chaos.checkers._ages import several_values
from chaos.checkers._columns import columns
from chaos.checkers._keys import KeyOperations, UnreadableError, half_a_swap, keys_of
from chaos.checkers._registers import registers
from chaos.checkers._search import Budget, Configuration, Search, State
from chaos.history import History, Key, Operation

BUDGET = 50_000  # configurations; a quarter of a second


@dataclass(frozen=True)
class DeadEnd:
    """`order` has all that ended before `stop` did, and what else could come before it; `stop` fits nowhere.

    `states` is what the register can hold when all that ended before is done, in whatever order.
    """

    of_key: KeyOperations
    order: tuple[Operation, ...]
    stop: Operation
    states: frozenset[State]


def dead_end(history: History, key: Key, budget: int = BUDGET) -> DeadEnd | None:
    """Where the orders of this register's operations end; None when one explains them all.

    Raises `UnreadableError` where that cannot be told: it is no register, or the search takes too long.
    """
    of_key = next((each for each in keys_of(history) if each.key == key), None)
    if of_key is None or of_key.is_set or key in registers(history).foreign:
        raise UnreadableError(f"{key} is no register")
    if key in columns(history).keys_of_several:
        raise UnreadableError(several_values(str(key)))
    if reason := half_a_swap(of_key):
        raise UnreadableError(reason)
    return longest_order(of_key, Budget(budget))


def longest_order(of_key: KeyOperations, budget: Budget) -> DeadEnd | None:
    """The same for the operations of one register. Raises `OutOfBudgetError`."""
    search = Search.of(of_key)
    for _ in search.steps():
        budget.take("the longest order")
    if search.stuck is None:
        return None
    stop = search.stuck.operation
    dead_ends = (each for each in search.reached_from if _earliest(search, each) is stop)
    last = max(dead_ends, key=lambda each: each.base + each.ahead.bit_count() + each.tried.bit_count())
    return DeadEnd(of_key, _way_to(last, search), stop, search.stuck.states)


def _earliest(search: Search, configuration: Configuration) -> Operation | None:
    """What ends first of all that is not placed."""
    open_moves = search.open_moves(configuration)
    return search.sure[min(open_moves, key=lambda at: search.sure[at].end)].operation if open_moves else None


def _way_to(last: Configuration, search: Search) -> tuple[Operation, ...]:
    """What was placed on the way there, one after the other."""
    way: list[Operation] = []
    one, other = last, search.reached_from[last]
    while other is not None:
        new, moves = one.placed ^ other.placed, search.sure
        if not new:
            new, moves = one.tried ^ other.tried, search.doubtful
        way.append(moves[new.bit_length() - 1].operation)
        one, other = other, search.reached_from[other]
    return tuple(way[::-1])
