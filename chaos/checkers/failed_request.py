"""A request failed, or left its client in doubt, which a planned change must not cost any client.

Every request counts, a read like a write; so does one that was never answered. Waiting is not failing:
how long answers took is for `write-stall` and `long-outage`.

Assumed, else unknown: there was some request.
"""

from chaos.checkers._words import seconds, sentence, witness_of
from chaos.history import History, Operation
from chaos.judging.verdict import Finding, Witness, found, not_found, unknown

NAME = "failed-request"


def check(history: History) -> Finding:
    """Found with one witness for each such request; measures `failed_requests`."""
    if not history.client_operations:
        return unknown(NAME, "nobody asked for anything")
    failed = [operation for operation in history.client_operations if operation.outcome != "ok"]
    measures = {"failed_requests": len(failed)}
    return found(NAME, len(failed), map(_witness, failed), measures) if failed else not_found(NAME, measures)


def _witness(operation: Operation) -> Witness:
    door = operation.gateway or "the cluster"
    of_key = "" if operation.key is None else f" of {operation.key}"
    what = f"process {operation.process} asked {door} at {seconds(operation.invoked_ns)} for a {operation.f}"
    end = "it failed" if operation.outcome == "fail" else "nobody knows whether it happened"
    why = f" ({operation.error})" if operation.error else ""
    return witness_of(sentence(f"{what}{of_key}, and {end}{why}"), operation)
