"""An item that somebody saw and deleted is there again in the end.

This is how merging goes wrong without tombstones: two carts are joined, and what was taken out of one is
still in the other (the example is Amazon's, DeCandia et al. 2007). An item is the value of a register, a part
of a merged value, or an element of a list or set; `_returns.py` says when it counts as deleted and when it
may rightly be there. Each replica's final contents are judged alone.

Assumed, else unknown: a client that said what it saw (`saw`) was told that its delete is done; final reads of
every replica that answered clients, when the cluster had settled and after the last acknowledgement; all
values seen and held were written; no value written twice to one register; elements of sets were added once.
Not looked at: blind deletes (their loss is a `lost-write`), and reads during the run.
"""

from collections.abc import Iterator

from chaos.checkers._finals import FinalContents, Holding, premature
from chaos.checkers._keys import KeyOperations, failed_to_leave
from chaos.checkers._knowledge import Knowledge
from chaos.checkers._outdated import Outdated
from chaos.checkers._passing import UNTESTED
from chaos.checkers._returns import Deleted, Return, added_again, deletes_of, returned_elements
from chaos.checkers._scope import Scope, scope
from chaos.checkers._words import sentence, shown, shown_values, unsourced, was_told, witness_of
from chaos.history import History
from chaos.judging.verdict import Finding, Witness, found, not_found, unknown

NAME = "deleted-item-returns"
TOO_SOON = "one that is behind may not have heard of the delete yet"


def check(history: History, *, settled: bool = True) -> Finding:
    """Found with one witness for each replica and item, `count` of these.

    `settled`: the cluster had come to rest before its replicas were read.
    """
    judged = scope(history)
    if reason := judged.foreign or premature(history, settled, TOO_SOON):
        return unknown(NAME, reason)
    finals = FinalContents(history)
    keys = [of_key for of_key in judged.keys if deletes_of(of_key)]
    returned = [each for of_key in keys for each in _returned(of_key, finals)]
    if returned:
        return found(NAME, len(returned), map(_witness, returned))
    if not keys:
        return unknown(NAME, f"no delete by a client that said what it saw succeeded, {UNTESTED}")
    doubts = list(_doubts(keys, finals, judged))
    return unknown(NAME, doubts[0]) if doubts else not_found(NAME)


def _returned(of_key: KeyOperations, finals: FinalContents) -> Iterator[Return]:
    holdings = finals.of(of_key.key)
    if of_key.is_set:
        return (each for holding in holdings for each in returned_elements(of_key, holding))
    deleted = Deleted(of_key)
    return (each for holding in holdings for each in deleted.returned(holding))


def _doubts(keys: list[KeyOperations], finals: FinalContents, judged: Scope) -> Iterator[str]:
    for of_key in keys:
        for node in finals.unread(of_key.key):
            yield f"what {node} holds under {of_key.key} is not known"
        for holding in finals.of(of_key.key):
            yield from (_added_again if of_key.is_set else _untraced)(of_key, holding)
        if not of_key.is_set:
            yield from Knowledge(of_key).doubts
    yield from judged.doubts


def _added_again(of_key: KeyOperations, holding: Holding) -> Iterator[str]:
    for each in added_again(of_key, holding):
        item = each.part.decode()
        yield f"{item} was added to {of_key.key} more than once, so which of these was deleted is not known"


def _untraced(of_key: KeyOperations, holding: Holding) -> Iterator[str]:
    for value in Outdated(Knowledge(of_key)).untraced(holding.values):
        whence = unsourced(failed_to_leave(of_key, value), "which nobody wrote")
        yield f"{holding.node} holds {shown(value)} under {of_key.key}, {whence}"


def _witness(each: Return) -> Witness:
    holding, delete = each.holding, each.delete
    saw = f"process {delete.process} saw {shown_values(None, delete.saw)} under {delete.key}"
    back = f"after settling, {each.part.decode()} is back on {holding.node}"
    holds = f"which holds {shown_values(holding.value, holding.siblings)}"
    text = f"{saw}; {was_told(delete)}; {back}, {holds}"
    return witness_of(sentence(text), delete, holding.read)
