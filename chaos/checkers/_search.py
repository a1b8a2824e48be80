"""Is a register linearizable? By search, for what zones cannot judge: compare-and-set, repeated values.

Wing and Gong's algorithm (1993) with Lowe's memory of configurations (2017): whatever began before the
earliest end of all that is not placed yet may come next. A configuration is what was placed, and the
state that it left; none is visited twice. Two things keep the search small without losing an answer:

- A read that fits the present state is placed at once, for it changes nothing.
- An operation in doubt is only placed where something waits for the state that it leaves.

The problem is NP-complete, so there is a budget. It is counted in configurations, not in seconds: the
same history gets the same answer on every machine. A million take some 5 s and 300 MB.
"""

import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from chaos.checkers._keys import ABSENT, KeyOperations, UnreadableError, left_behind, token
from chaos.history import Operation

State: TypeAlias = object


class OutOfBudgetError(UnreadableError):
    """The search was given up; nothing is known."""


@dataclass
class Budget:
    """How many configurations may still be visited, by all searches together."""

    left: int

    def take(self, what: str) -> None:
        """One more is visited; `what` is searched for. Raises `OutOfBudgetError`."""
        if self.left <= 0:
            raise OutOfBudgetError(f"the search for {what} took too long, and was given up")
        self.left -= 1


class Move(NamedTuple):
    """An operation as the search sees it: what it needs the state to be, and what it leaves, if anything."""

    begin: int
    end: float
    needs: State | None
    leaves: State | None
    operation: Operation
    grows: str | None = None  # text that it puts behind whatever is there

    def fits(self, state: State) -> bool:
        """May it come next in this state?"""
        return self.needs is None or self.needs == state

    def after(self, state: State) -> State:
        """What it leaves of this state."""
        if self.grows is None:
            return state if self.leaves is None else self.leaves
        return (state if isinstance(state, str) else "") + self.grows

    @property
    def only_looks(self) -> bool:
        """Whether it changes nothing."""
        return self.leaves is None and self.grows is None


class Configuration(NamedTuple):
    """All sure moves below `base` are placed, and those whose bits are set in `ahead`, counted from there.

    `tried` has the bits of the moves in doubt that are placed.
    """

    base: int
    ahead: int
    tried: int
    state: State

    @property
    def placed(self) -> int:
        """The bits of all sure moves that are placed."""
        return (1 << self.base) - 1 | self.ahead << self.base


@dataclass(frozen=True)
class Stuck:
    """No order gets past this operation; before it the register can have held only `states`."""

    operation: Operation
    states: frozenset[State]


def search(of_key: KeyOperations, budget: Budget) -> Stuck | None:
    """None when some order explains all of the operations of this register. Raises `OutOfBudgetError`."""
    one, what = Search.of(of_key), f"an order that explains {of_key.key}"
    for _ in one.steps():
        budget.take(what)
    return one.stuck


def _move(operation: Operation) -> Move:
    begin, end = operation.index, operation.end
    if operation.f == "read":
        return Move(begin, end, token(operation.value), None, operation)
    if operation.f == "append":
        return Move(begin, end, None, None, operation, str(operation.value))
    needs = token(operation.value[0]) if operation.f == "cas" else None
    return Move(begin, end, needs, token(left_behind(operation)), operation)


class Search:
    """One search; `sure` and `doubtful` are the moves in the order of their beginning.

    `reached_from` has every configuration that was found, with the one from which it was reached first.
    """

    @classmethod
    def of(cls, of_key: KeyOperations) -> "Search":
        """The search for an order of the operations of this register."""
        moves = sorted(map(_move, (*of_key.changes, *of_key.reads)), key=lambda move: move.begin)
        sure = [move for move in moves if move.end < math.inf]
        return cls(sure, [move for move in moves if move.end == math.inf])

    def __init__(self, sure: list[Move], doubtful: list[Move]) -> None:
        self.sure = sure
        self.doubtful = doubtful
        self.doubtful_begins = [move.begin for move in doubtful]
        self.grows = any(move.grows is not None for move in (*sure, *doubtful))
        self.deepest: Move | None = None
        self.states: set[State] = set()
        self.explained = False
        self.reached_from: dict[Configuration, Configuration | None] = {Configuration(0, 0, 0, ABSENT): None}

    @property
    def stuck(self) -> Stuck | None:
        """What the search failed at; None when it found an order."""
        if self.explained or self.deepest is None:
            return None
        return Stuck(self.deepest.operation, frozenset(self.states))

    def steps(self) -> Iterator[None]:
        """Visit one configuration after the other, until all is placed or there are no more."""
        seen = self.reached_from
        stack = list(seen)
        while stack and not self.explained:
            yield
            configuration = stack.pop()
            self.explained = configuration.base == len(self.sure)
            fresh = [] if self.explained else [c for c in self.successors(configuration) if c not in seen]
            seen.update(dict.fromkeys(fresh, configuration))
            stack += fresh

    def successors(self, configuration: Configuration) -> list[Configuration]:
        """Everything that may come next; those that end first come last, to be tried first."""
        open_moves = self.open_moves(configuration)
        earliest = min(open_moves, key=lambda at: self.sure[at].end)
        self.note(self.sure[earliest], configuration.state)
        fitting = [at for at in open_moves if self.sure[at].fits(configuration.state)]
        for at in fitting:
            if self.sure[at].only_looks:
                return [self.place(configuration, at)]
        fitting.sort(key=lambda at: -self.sure[at].end)
        return [
            *self.doubtful_successors(configuration, open_moves),
            *(self.place(configuration, at) for at in fitting),
        ]

    def open_moves(self, configuration: Configuration) -> list[int]:
        """The sure moves that began before the first of those not placed yet ended."""
        deadline, found = math.inf, []
        for at in range(configuration.base, len(self.sure)):
            move = self.sure[at]
            if move.begin > deadline:
                break
            if not configuration.ahead >> (at - configuration.base) & 1:
                deadline = min(deadline, move.end)
                found.append(at)
        return found

    def place(self, configuration: Configuration, at: int) -> Configuration:
        base, ahead, tried, state = configuration
        ahead |= 1 << (at - base)
        placed = (~ahead & (ahead + 1)).bit_length() - 1  # the length of the run of ones at the low end
        return Configuration(base + placed, ahead >> placed, tried, self.sure[at].after(state))

    def doubtful_successors(
        self, configuration: Configuration, open_moves: list[int]
    ) -> Iterator[Configuration]:
        base, ahead, tried, state = configuration
        deadline = min(self.sure[at].end for at in open_moves)
        begun = [
            (bit, move)
            for bit, move in enumerate(self.doubtful[: bisect_left(self.doubtful_begins, deadline)])
            if not tried >> bit & 1
        ]
        wanted = {self.sure[at].needs for at in open_moves} | {move.needs for _, move in begun}
        for bit, move in begun:
            left = move.after(state)
            if move.fits(state) and left != state and (self.grows or left in wanted):
                yield Configuration(base, ahead, tried | 1 << bit, left)

    def note(self, move: Move, state: State) -> None:
        """Remember how far the search came, and with which states."""
        if self.deepest is None or move.end > self.deepest.end:
            self.deepest, self.states = move, set()
        if move is self.deepest:
            self.states.add(state)
