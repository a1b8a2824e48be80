"""At one of the doors nothing succeeded for longer than the scenario allows, although clients asked there.

A door is a gateway: a service that answers only some of its users is unavailable to the others.
For the cluster as a whole see `long-outage`. Measured by the times in the history, as `_outages.py` says.

Assumed, else unknown: something succeeded at each door where somebody asked, and a bound is stated.
"""

from chaos.checkers._outages import judge
from chaos.history import History
from chaos.judging.verdict import Finding

NAME = "unavailable"


def check(history: History, *, bound_ms: float | None = None) -> Finding:
    """Found with one witness for each outage of more than `bound_ms`; measures `unavailable_ms`."""
    return judge(NAME, history, bound_ms, "operation", door=lambda operation: operation.gateway)
