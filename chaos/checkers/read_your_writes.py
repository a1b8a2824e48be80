"""A session reads a key and sees a state older than its own acknowledged write.

One of the four session guarantees (Terry et al. 1994). A session is what the history names as one, such as a
user with several devices, else a process. Its write counts if it was acknowledged before the read began. The
state seen is older if the change that left it was over before the session's write began; concurrent or later
writes of others may replace the session's own.

Assumed, else unknown: registers of reads, writes and deletes, no value written twice to one key, every value
read had been written before. A write that began when another was over counts as the newer one. If clocks
decide instead (last write wins), the session's write may be the loser; that it then never sees its write is
what this finds.
"""

from chaos.checkers._sweep import Guarantee, Regress, by_session_and_key, judge
from chaos.checkers._words import saw, sentence, was_told, witness_of
from chaos.history import History
from chaos.judging.verdict import Finding, Witness

NAME = "read-your-writes"


def check(history: History) -> Finding:
    """Found with one witness for each read that misses an own write."""
    return judge(Guarantee(NAME, lambda table: table.writes, by_session_and_key, _witness), history)


def _witness(regress: Regress) -> Witness:
    text = f"{was_told(regress.change)}; then {saw(regress.read)}, which is older than this own write"
    return witness_of(sentence(text), regress.change, regress.read)
