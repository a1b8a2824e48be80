"""Whether an answer is one to its request: the same steps, on the same keys, in the same order.

A transaction that was asked to read and answers with an append, or leaves a step out, tells nothing of the
database; whoever judged it would judge a mistake of the recording.
"""

from typing import Any

from chaos.history.event import canonical

ECHOES = ("write", "cas", "add", "type")  # are answered with what was asked, or with nothing

TRANSACTION = "txn"


def misfit(f: str, asked: Any, answered: Any) -> str | None:
    """What is wrong with this answer to a request that succeeded; None when nothing is."""
    if f in ECHOES and answered is not None and canonical(answered) != canonical(asked):
        return f"expected the end of {f} {asked!r}, not that of {f} {answered!r}"
    return _misfit_steps(asked, answered) if f == TRANSACTION and isinstance(asked, list) else None


def _misfit_steps(asked: list[Any], answered: Any) -> str | None:
    if answered is None and not any(isinstance(step, list) and step[:1] == ["r"] for step in asked):
        return None  # nothing was asked to be read, so there is nothing to answer
    if not isinstance(answered, list) or len(answered) != len(asked):
        return f"expected answers to {len(asked)} steps of a transaction, not {answered!r}"
    for number, (step, answer) in enumerate(zip(asked, answered, strict=True), start=1):
        if not _fits(step, answer):
            return f"expected an answer to step {number} of the transaction, {step!r}, not {answer!r}"
    return None


def _fits(step: Any, answer: Any) -> bool:
    """Only what is read may differ from what was asked."""
    if not isinstance(step, list) or not isinstance(answer, list) or len(step) != len(answer):
        return False
    same = len(step) - 1 if step[:1] == ["r"] else len(step)
    return canonical(step[:same]) == canonical(answer[:same])
