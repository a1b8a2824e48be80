"""After healing and settling, two replicas' final contents differ.

It is judged key by key, from the final reads alone. A key that a replica does not hold counts as null, or as
an empty set; the order of a set's elements, or of siblings, does not matter.

Convergence may be required within a bound. The time counts from when all was quiet (the last fault had ended,
the last client was answered) to the end of the final reads: the measure `converged_ms`, because nobody looked
before. Replicas that differ sooner than that may still become equal, and replicas found equal later may have
been equal in time: both are unknown.

Assumed, else unknown: the cluster had settled before that, some write was acknowledged, at least two replicas
were read after the last one, and for every replica that answered clients it is known what it holds under
every key that was written. Replicas that could be read and differ are found even if another was unreadable.
"""

from collections.abc import Iterator, Sequence

from chaos.checkers._finals import FinalContents, Holding, premature
from chaos.checkers._keys import elements
from chaos.checkers._passing import changed
from chaos.checkers._words import sentence, shown_values
from chaos.history import History, Key, canonical
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "diverged-replicas"
NOT_AT_REST = "those that differ may still become equal"
TOO_SOON = "they have longer than that to become equal"
NAMED = 5  # so many missing elements of a set are named


def check(history: History, *, bound_ms: float | None = None, settled: bool = True) -> Finding:
    """Found with one witness for each key that differs, `bound_ms` after all was quiet if that is given.

    `settled`: the cluster had come to rest before its replicas were read.
    """
    finals = FinalContents(history)
    reason = premature(history, settled, NOT_AT_REST)
    if not reason and len(finals.nodes) < 2:
        reason = f"only {finals.nodes[0]} was read in the end; to differ takes two"
    if reason:
        return unknown(NAME, reason)
    sets = {operation.key for operation in history.client_operations if operation.f == "add"}
    differing = [key for key in finals.keys if _differs(finals.of(key), key in sets)]
    waited_ms = _waited_ms(history)
    if differing and bound_ms is not None and waited_ms < bound_ms:
        return unknown(NAME, f"the replicas differed {waited_ms:.0f} ms after all was quiet; {TOO_SOON}")
    if differing:
        witnesses = (_witness(key, finals.of(key), key in sets) for key in differing)
        return found(NAME, len(differing), witnesses)
    keys = dict.fromkeys((*finals.keys, *_written(history)))
    unread = {*finals.unreadable, *finals.never_read, *(node for key in keys for node in finals.unread(key))}
    if unread:
        return unknown(NAME, f"the final contents of {', '.join(sorted(unread))} are not wholly known")
    if bound_ms is not None and waited_ms > bound_ms:
        return unknown(NAME, f"the replicas were equal, but only looked at after {waited_ms:.0f} ms")
    return changed(NAME, history, {"converged_ms": waited_ms})


def _written(history: History) -> Iterator[Key]:
    """The keys under which a replica must hold something, or know that it is deleted."""
    for operation in history.client_operations:
        if operation.outcome == "ok" and operation.writes and operation.key is not None:
            yield operation.key


def _waited_ms(history: History) -> float:
    """From the last that was done to the cluster or asked of it, to the last answer to a final read."""
    done = [event.time for event in history.events if not event.final]
    answers = (answer for _, answer in history.final_pairs if answer and answer.type == "ok")
    looked = max((answer.time for answer in answers), default=0)
    return round((looked - max(done, default=0)) / 1e6, 3)


def _states(holdings: Sequence[Holding], is_set: bool) -> list[frozenset[bytes] | bytes]:
    """What each replica holds, comparable; where one holds siblings, all are sets of values."""
    if is_set:
        return [frozenset(elements(holding.value)) for holding in holdings]
    if all(holding.siblings is None for holding in holdings):
        return [canonical(holding.value) for holding in holdings]
    return [frozenset(map(canonical, holding.values)) for holding in holdings]


def _differs(holdings: Sequence[Holding], is_set: bool) -> bool:
    return len(set(_states(holdings, is_set))) > 1


def _witness(key: Key, holdings: Sequence[Holding], is_set: bool) -> Witness:
    reads = sorted({holding.answer.index for holding in holdings})
    story = _lacking(holdings) if is_set else _camps(holdings)
    return Witness(tuple(reads), sentence(f"after settling, {key} is {story}"))


def _camps(holdings: Sequence[Holding]) -> str:
    """For instance `17 on n1 and n2, but 12 on n3`."""
    camps: dict[frozenset[bytes] | bytes, list[Holding]] = {}
    for state, holding in zip(_states(holdings, is_set=False), holdings, strict=True):
        camps.setdefault(state, []).append(holding)
    return ", but ".join(
        f"{shown_values(camp[0].value, camp[0].siblings)} on {' and '.join(holding.node for holding in camp)}"
        for camp in camps.values()
    )


def _lacking(holdings: Sequence[Holding]) -> str:
    """For instance `not the same set everywhere: n3 lacks 2 elements that others have (17, 18)`."""
    everything = set[bytes]().union(*(elements(holding.value) for holding in holdings))
    lacks = []
    for holding in holdings:
        missing = sorted(everything - elements(holding.value))
        if missing:
            some = ", ".join(element.decode() for element in missing[:NAMED])
            more = ", …" if len(missing) > NAMED else ""
            lacks.append(f"{holding.node} lacks {len(missing)} of {len(everything)} elements ({some}{more})")
    return f"not the same set everywhere: {'; '.join(lacks)}"
