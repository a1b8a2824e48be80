"""A session reads a key and sees a state older than it already saw.

The guarantee is called monotonic reads (Terry et al. 1994). A session is what the history names as one,
else a process. A read counts as earlier when it was over before the other began; the state that the
later one saw is older when the change that left it was over before the change that left the other began.

Assumed, else unknown: as for `read-your-writes`.
"""

from chaos.checkers._sweep import Guarantee, Regress, by_session_and_key, judge
from chaos.checkers._words import did, saw, sentence, witness_of
from chaos.history import History
from chaos.judging.verdict import Finding, Witness

NAME = "non-monotonic-read"


def check(history: History) -> Finding:
    """Found with one witness for each read that goes back."""
    return judge(Guarantee(NAME, lambda table: ~table.writes, by_session_and_key, _witness), history)


def _witness(regress: Regress) -> Witness:
    older = f"which is older, for {did(regress.change)} only after that"
    text = f"{saw(regress.told)}; then {saw(regress.read)}, {older}"
    return witness_of(sentence(text), regress.change, regress.told, regress.read)
