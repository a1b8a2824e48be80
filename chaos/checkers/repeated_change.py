"""A consumer beside the cluster took over one change twice.

Delivery is at least once: after a crash or a failover the same changes come again. A consumer that counts or
bills must apply each of them once. After settling, each consumer is read: `changes/TABLE` is the list of all
changes `[key, value]` that it took over and has not undone.

Assumed, else unknown: some write was acknowledged, a consumer was read, and no value was written twice to
one key. Deletes carry no value, so nothing is concluded about them.
"""

from collections import Counter

from chaos.checkers._consumers import CHANGES, answers, untraceable, values_of
from chaos.checkers._passing import changed
from chaos.checkers._words import sentence, shown, witness_of
from chaos.history import History, canonical
from chaos.judging.verdict import Finding, found, unknown

NAME = "repeated-change"


def check(history: History) -> Finding:
    """Found with one witness for each change that came twice or more often."""
    answered = answers(history, CHANGES)
    if not answered:
        return unknown(NAME, "no consumer was read")
    if reason := untraceable(history):
        return unknown(NAME, reason)
    repeated = []
    for read in answered:
        values = list(values_of(read))
        times = Counter((key, canonical(value)) for key, value in values)
        for key, value in dict.fromkeys(
            (key, shown(value)) for key, value in values if times[key, canonical(value)] > 1
        ):
            text = f"consumer {read.node} took over the change {key}={value} more than once"
            repeated.append(witness_of(sentence(text), read))
    return found(NAME, len(repeated), repeated) if repeated else changed(NAME, history)
