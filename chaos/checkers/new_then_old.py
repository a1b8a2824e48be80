"""Of two reads of a key that do not overlap, the later one sees the older value, whichever clients read.

Quorums with w + r > n may still show this: a read during a write meets one of the replicas that have it, the
next read meets only others (Kleppmann 2017, Linearizability and quorums). It is like monotonic reads, but
across all clients.

Assumed, else unknown: as for `read-your-writes`. The scenario must ensure that w + r > n.
"""

from chaos.checkers._sweep import Guarantee, Regress, by_key, judge
from chaos.checkers._words import did, saw, sentence, witness_of
from chaos.history import History
from chaos.judging.verdict import Finding, Witness

NAME = "new-then-old"


def check(history: History) -> Finding:
    """Found with one witness for each read that sees less than an earlier one."""
    return judge(Guarantee(NAME, lambda table: ~table.writes, by_key, _witness), history)


def _witness(regress: Regress) -> Witness:
    older = f"which is older, for {did(regress.change)} only after that"
    text = f"{saw(regress.told)}; only then {saw(regress.read)}, {older}"
    return witness_of(sentence(text), regress.change, regress.told, regress.read)
