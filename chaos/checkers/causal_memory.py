"""A session sees concurrent writes in an impossible order, or an effect without its cause.

Causal memory (CM; Ahamad et al. 1995, Bouajjani et al. 2017): besides all that `causality` requires, each
session can put all writes that it knows into one order, in which each of its reads finds the last write
before it. Sessions may differ: two readers may disagree for ever, which `causal-convergence` forbids; but
none may change its mind. What a session was shown orders writes (a known one before the one that was read),
which makes further writes known to earlier reads, and so on until nothing is new ("HB"). It is broken when
that is a ring ("CyclicHB"), or when a read of nothing turns out to come after a write ("WriteHBInitRead").

Assumed, else unknown: as for `causality`. Not looked at: reads of nothing for keys with deletes. A history
too large to work all of that out is unknown.
"""

from chaos.checkers._conflicts import Conflicts, is_linearizable
from chaos.checkers._happened import Session, TooLongError, suspicious
from chaos.checkers._passing import READ, WRITE, passed
from chaos.checkers._pasts import TooManyError
from chaos.checkers.causality import breaches_of
from chaos.history import History
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "causal-memory"
BUDGET = 2_000_000_000  # numbers compared, by all sessions together


def check(history: History, *, budget: int = BUDGET) -> Finding:
    """Found with one witness for each read without a cause and each session without an order."""
    breaches, reason = breaches_of(history)
    witnesses = [tell() for _, tell in sorted(breaches.items())]
    if not breaches and not is_linearizable(history):
        try:
            witnesses += _of_sessions(history, budget)
        except (TooManyError, TooLongError) as error:
            reason = reason or str(error)
    if witnesses:
        return found(NAME, len(witnesses), witnesses)
    return unknown(NAME, reason) if reason else passed(NAME, history.succeeded, READ, WRITE)


def _of_sessions(history: History, budget: int) -> list[Witness]:
    conflicts = Conflicts.of(history)
    witnesses = []
    for last in suspicious(conflicts):
        session = Session(conflicts, last, budget)
        breach = session.breach()
        budget = session.budget
        if breach:
            witnesses.append(breach)
    return witnesses
