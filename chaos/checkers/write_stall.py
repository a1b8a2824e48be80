"""No write succeeded for longer than the scenario allows, although clients asked for some.

Measured by the times in the history, as `_outages.py` says. Assumed, else unknown: some write
succeeded at some time, and a bound is stated.
"""

from operator import attrgetter

from chaos.checkers._outages import judge
from chaos.history import History
from chaos.judging.verdict import Finding

NAME = "write-stall"


def check(history: History, *, bound_ms: float | None = None) -> Finding:
    """Found with one witness for each stall of more than `bound_ms`; measures `write_stall_ms`."""
    return judge(NAME, history, bound_ms, "write", wanted=attrgetter("writes"))
