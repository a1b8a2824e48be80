"""An acknowledged write is in no replica's final contents, and nothing acknowledged replaced it.

Registers: the last change leaves its value. A change may have come last unless an acknowledged one began
after it was over; one in doubt always may. If none of these left what the replicas hold, the last
acknowledged change is lost, whichever it was. So at most one loss is claimed per key: that change may have
replaced every earlier one. A delete is a change like any other.

Where clients say what they knew (`saw`, `siblings`), a change replaces what it saw and what that had
replaced. A part of an acknowledged value that no replica has, neither alone nor among siblings nor in a
merged value, is lost unless a writer that knew it left it out; later writes that did not know it are no
excuse (`_unaccounted.py`).

Sets: an acknowledged element that no replica has is lost, unless a delete of its key may explain it; a delete
with `saw` explains what it saw.

Lists: as sets; where an element stands does not matter here. Counters: what a replica holds must be the sum
of all acknowledged increments and of some of those in doubt (`_counters.py`).

Assumed, else unknown: no value written twice to one register, and final reads of every replica, when the
cluster had settled and after the last acknowledgement; what was seen was written. A replica that could not
be read, or that answered clients and was never read in the end, might hold the value. Not looked at: what
is no register, set, list or counter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chaos.checkers._counters import miscounted
from chaos.checkers._finals import FinalContents, Holding, premature
from chaos.checkers._keys import ADDS, KeyOperations, elements, left_behind, may_remove
from chaos.checkers._knowledge import Knowledge, is_known
from chaos.checkers._passing import CHANGE, passed
from chaos.checkers._scope import scope
from chaos.checkers._unaccounted import Unaccounted
from chaos.checkers._words import listed, sentence, was_told
from chaos.history import History, Operation, canonical
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "lost-write"
TOO_SOON = "what none of them showed may still have been on its way from one to another"


@dataclass(frozen=True)
class Loss:
    """One of these acknowledged changes is lost (mostly there is just one); what replicas hold instead.

    `sums` tells of a counter what its increments come to.
    """

    suspects: tuple[Operation, ...]
    holdings: tuple[Holding, ...]
    sums: str = ""


def check(history: History, *, settled: bool = True) -> Finding:
    """Found with one witness for each loss; unknown when an unread replica might hold what is missing.

    `settled`: the cluster had come to rest before its replicas were read.
    """
    judged = scope(history)
    reason = judged.foreign or premature(history, settled, TOO_SOON)
    if reason:
        return unknown(NAME, reason)
    finals = FinalContents(history)
    losses: list[Loss] = []
    undecided: list[str] = []
    for of_key in (*judged.keys, *judged.counters):
        holdings = finals.of(of_key.key)
        missing = list(_losses(of_key, holdings))
        unread = finals.unread(of_key.key)
        if missing and unread:
            undecided.append(f"{of_key.key} lacks a write, but {', '.join(unread)} {_why(unread, finals)}")
        else:
            losses += missing
            undecided += _untraced(of_key, holdings)
    if losses:
        losses.sort(key=lambda loss: loss.suspects[0].end)
        return found(NAME, len(losses), (_witness(loss) for loss in losses))
    doubts = [*undecided, *judged.doubts]
    if doubts:
        return unknown(NAME, doubts[0])
    return passed(NAME, judged.succeeded, CHANGE, summary=judged.summary)


def _why(unread: Sequence[str], finals: FinalContents) -> str:
    """Why nobody knows what these hold."""
    return "was never read" if set(unread) <= set(finals.never_read) else "could not be read"


def _losses(of_key: KeyOperations, holdings: Sequence[Holding]) -> Iterator[Loss]:
    if of_key.is_counter:
        return _lost_counts(of_key, tuple(holdings))
    if _is_known(of_key, holdings):
        return _unaccounted(of_key, tuple(holdings))
    return (_lost_elements if of_key.is_set else _lost_change)(of_key, tuple(holdings))


def _is_known(of_key: KeyOperations, holdings: Sequence[Holding]) -> bool:
    return is_known(of_key, (holding.siblings for holding in holdings))


def _untraced(of_key: KeyOperations, holdings: Sequence[Holding]) -> Sequence[str]:
    return Knowledge(of_key).doubts if _is_known(of_key, holdings) else ()


def _unaccounted(of_key: KeyOperations, holdings: tuple[Holding, ...]) -> Iterator[Loss]:
    of_all = Unaccounted(Knowledge(of_key), [holding.values for holding in holdings])
    return (Loss(suspects, holdings) for suspects in of_all.losses())


def _lost_change(of_key: KeyOperations, holdings: tuple[Holding, ...]) -> Iterator[Loss]:
    latest_begin = max((change.index for change in of_key.acknowledged), default=-1)
    maybe_last = [change for change in of_key.changes if change.end > latest_begin]
    explained = {canonical(left_behind(change)) for change in maybe_last}
    suspects = tuple(change for change in maybe_last if change.outcome == "ok")
    if suspects and not any(canonical(holding.value) in explained for holding in holdings):
        yield Loss(suspects, holdings)


def _lost_counts(of_key: KeyOperations, holdings: tuple[Holding, ...]) -> Iterator[Loss]:
    acknowledged = tuple(of_key.acknowledged_counts)
    if acknowledged and (sums := miscounted(of_key, holdings)):
        yield Loss(acknowledged[-1:], holdings, sums)


def _lost_elements(of_key: KeyOperations, holdings: tuple[Holding, ...]) -> Iterator[Loss]:
    held = {element for holding in holdings for element in elements(holding.value)}
    deletes = [change for change in of_key.changes if change.f == "delete"]
    for add in of_key.acknowledged:
        if add.f not in ADDS or canonical(add.value) in held:
            continue
        if not any(may_remove(delete, add) for delete in deletes):
            yield Loss((add,), holdings)


def _witness(loss: Loss) -> Witness:
    changes = {index for change in loss.suspects for index in change.event_indexes}
    reads = {holding.answer.index for holding in loss.holdings}
    return Witness(tuple(sorted(changes | reads)), sentence(_story(loss)))


def _story(loss: Loss) -> str:
    if loss.sums:
        return f"{loss.sums}; {was_told(loss.suspects[0])}"
    told = ", and ".join(was_told(change) for change in loss.suspects)
    if loss.suspects[0].f in ADDS:
        nodes = ", ".join(holding.node for holding in loss.holdings)
        place = {"add": "set", "type": "text"}.get(loss.suspects[0].f, "list")
        return f"{told}; it is in no replica's {place} at the end ({nodes} were read), and nothing removed it"
    if len(loss.suspects) == 1:
        state = listed(loss.holdings)
        who = "nothing acknowledged" if loss.suspects[0].saw is None else "nobody who knew it"
        return f"{told}; no replica shows it at the end ({state}), and {who} replaced it"
    return (
        f"{told}; each of these may have replaced the others, but no replica shows any of them at the end "
        f"({listed(loss.holdings)})"
    )
