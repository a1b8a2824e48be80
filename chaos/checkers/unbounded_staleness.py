"""A read was staler than the bound, or than its own answer said it might be.

Staleness is counted as in `stale-read`: from the first acknowledgement of a write that replaced the value to
the beginning of the read, so it is a lower bound. Two claims are checked against it: the bound that the
scenario states for all reads, and what the answer itself says (`behind_ms`), with 12 % for clocks that run at
different speeds and a millisecond for rounding.

Assumed, else unknown: what `stale-read` assumes, and that a bound is stated. An answer that does not give its
age is checked against the bound alone.
"""

from chaos.checkers._outages import NO_BOUND
from chaos.checkers._passing import CHANGE, READ, passed
from chaos.checkers._scope import scope
from chaos.checkers._words import answerer, seconds, sentence, witness_of
from chaos.checkers.stale_read import Stale, stale_reads, untraced
from chaos.history import History
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "unbounded-staleness"
DRIFT, ROUNDING_MS = 1.12, 1.0


def check(history: History, *, bound_ms: float | None = None) -> Finding:
    """Found with the stalest reads; measures `stalest_ms`, and of what answers said `stated_most_ms`.

    `error_most_ms` is by how much the answer of a stale read said more than was true, at most.
    """
    judged = scope(history)
    if judged.foreign:
        return unknown(NAME, judged.foreign)
    if bound_ms is None:
        return unknown(NAME, NO_BOUND)
    stale = [one for of_key in judged.keys for one in stale_reads(of_key)]
    stated = [read.behind_ms for of_key in judged.keys for read in of_key.reads if read.behind_ms is not None]
    errors = [one.read.behind_ms - _ms(one) for one in stale if one.read.behind_ms is not None]
    measures = {"stalest_ms": max(map(_ms, stale), default=0.0)}
    if stated:
        measures |= {"stated_most_ms": max(stated), "error_most_ms": round(max(errors, default=0.0), 3)}
    broken = [one for one in stale if _ms(one) > _allowed_ms(one, bound_ms)]
    if broken:
        broken.sort(key=lambda one: (-one.behind_ns, one.read.index))
        return found(NAME, len(broken), (_witness(one, bound_ms) for one in broken), measures)
    doubts = [*(text for of_key in judged.keys for text in untraced(of_key)), *judged.doubts]
    if doubts:
        return unknown(NAME, doubts[0], measures)
    return passed(NAME, judged.succeeded, READ, CHANGE, measures=measures)


def _ms(stale: Stale) -> float:
    return round(stale.behind_ns / 1e6, 3)


def _allowed_ms(stale: Stale, bound_ms: float) -> float:
    said_ms = stale.read.behind_ms
    return bound_ms if said_ms is None else min(bound_ms, said_ms * DRIFT + ROUNDING_MS)


def _witness(stale: Stale, bound_ms: float) -> Witness:
    read = stale.read
    said = "nothing of its age" if read.behind_ms is None else f"that it was {read.behind_ms:g} ms at most"
    text = (
        f"process {read.process} asked {answerer(read)} for {read.key} at {seconds(read.invoked_ns)}; the "
        f"value had been replaced for {seconds(stale.behind_ns)}, the bound is {bound_ms:g} ms, and the "
        f"answer said {said}"
    )
    return witness_of(sentence(text), stale.successor, read)
