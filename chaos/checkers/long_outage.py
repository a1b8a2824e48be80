"""No request succeeded for longer than the scenario allows, although clients asked.

A single answer ends such a time: this measures the outage of the whole cluster, while `unavailable` looks at
each door. It goes by the times in the history, as `_outages.py` says.

Assumed, else unknown: something succeeded at some time, and a bound is stated.
"""

from chaos.checkers._outages import judge
from chaos.history import History
from chaos.judging.verdict import Finding

NAME = "long-outage"


def check(history: History, *, bound_ms: float | None = None) -> Finding:
    """Found with one witness for each outage of more than `bound_ms`; measures `long_outage_ms`."""
    return judge(NAME, history, bound_ms, "operation")
