"""A read returns more values at once than there are writing clients: most had been replaced long ago.

A client that reads before it writes leaves at most one value of its own, because its next write replaces it.
So a key never has more siblings than clients that have written it, if writes replace what their writers saw.
If the bookkeeping is too coarse, siblings pile up without end (Preguiça et al. 2010: one version vector for
all siblings).

Assumed, else unknown: changes say what their clients had seen; something was written, and a read returned. A
client is a process: one whose write is in doubt goes on as another.
"""

from chaos.checkers._keys import KeyOperations
from chaos.checkers._passing import CHANGE, READ, passed
from chaos.checkers._scope import scope
from chaos.checkers._words import answerer, seconds, sentence, witness_of
from chaos.history import History, Operation
from chaos.judging.verdict import Finding, Witness, found, unknown

NAME = "sibling-explosion"


def check(history: History) -> Finding:
    """Found with the read of each key that shows most; measures `most_siblings` and `most_writers`."""
    judged = scope(history)
    if judged.foreign:
        return unknown(NAME, judged.foreign)
    worst = [(of_key, _most(of_key)) for of_key in judged.keys if of_key.reads]
    measures = {
        "most_siblings": max((_siblings(read) for _, read in worst), default=0),
        "most_writers": max((_writers(of_key, read) for of_key, read in worst), default=0),
    }
    blind = next((change for of_key in judged.keys for change in of_key.changes if change.saw is None), None)
    if blind is not None:
        text = f"operation {blind.index} ({blind.f}) does not say what its client had seen of {blind.key}"
        return unknown(NAME, text, measures)
    exploded = [
        (read, _writers(of_key, read)) for of_key, read in worst if _siblings(read) > _writers(of_key, read)
    ]
    if exploded:
        return found(NAME, len(exploded), (_witness(*one) for one in exploded), measures)
    return passed(NAME, judged.succeeded, READ, CHANGE, measures=measures)


def _siblings(read: Operation) -> int:
    return len(read.siblings or ())


def _most(of_key: KeyOperations) -> Operation:
    return max(of_key.reads, key=lambda read: (_siblings(read) - _writers(of_key, read), -read.index))


def _writers(of_key: KeyOperations, read: Operation) -> int:
    """The clients who had begun to write the key when the read was over."""
    return len({change.process for change in of_key.changes if change.index < read.end})


def _witness(read: Operation, writers: int) -> Witness:
    clients = "client" if writers == 1 else "clients"
    text = (
        f"process {read.process} asked {answerer(read)} for {read.key} at {seconds(read.invoked_ns)} "
        f"and was given {_siblings(read)} values at once, although only {writers} {clients} had written it"
    )
    return witness_of(sentence(text), read)
