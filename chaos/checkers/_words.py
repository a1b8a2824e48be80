"""The words in which witnesses tell what happened, for somebody who has never seen a history."""

from collections.abc import Sequence

from chaos.checkers._finals import Holding
from chaos.history import Operation
from chaos.judging.verdict import Witness

LONGEST_VALUE = 60


def seconds(time_ns: float) -> str:
    """Time since the run began, or a duration, for instance `2.314 s`."""
    return f"{time_ns / 1e9:.3f} s"


def shown(value: object) -> str:
    """A value, cut when it is long; `nothing` for an absent one."""
    if value is None:
        return "nothing"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def shown_values(value: object, siblings: Sequence[object] | None) -> str:
    """What a read returned: its value, or all of its siblings."""
    if siblings is None:
        return shown(value)
    return " beside ".join(map(shown, siblings)) or shown(None)


def answerer(operation: Operation) -> str:
    """Who answered, for instance `n1 (epoch 1)`; without a leader there are no epochs."""
    if operation.node is None:
        return "the cluster"
    return operation.node if not operation.epoch else f"{operation.node} (epoch {operation.epoch})"


def deed(change: Operation) -> str:
    """What a change did, for instance `x=17 is written`."""
    match change.f:
        case "delete" if change.value is not None:
            return f"{shown(change.value)} is taken out of {change.key}"
        case "delete":
            return f"{change.key} is deleted"
        case "add":
            return f"{shown(change.value)} is in the set {change.key}"
        case "type":
            return f"{shown(change.value)} is typed into {change.key}"
        case "list-insert":
            return f"{shown(change.value)} is in the list {change.key}"
        case "increment":
            return f"{change.key} is turned by {change.value}"
        case "append":
            return f"{shown(change.value)} is appended to {change.key}"
        case "cas":
            return f"{change.key}={shown(change.value[1])} is written in place of {shown(change.value[0])}"
        case _:
            return f"{change.key}={shown(change.value)} is written"


def did(change: Operation) -> str:
    """Who made a change of a register, for instance `process 3 wrote x=17`."""
    what = "deleted " if change.f == "delete" else "wrote "
    value = "" if change.f == "delete" else f"={shown(change.value)}"
    return f"process {change.process} {what}{change.key}{value}"


def was_told(change: Operation) -> str:
    """For instance `process 3 was told by n1 (epoch 1) at 2.314 s that x=17 is written`."""
    return (
        f"process {change.process} was told by {answerer(change)} at {seconds(change.returned_ns)} "
        f"that {deed(change)}"
    )


def saw(read: Operation) -> str:
    """For instance `process 3 asked n1 (epoch 1) for x at 2.314 s and saw 17`."""
    return (
        f"process {read.process} asked {answerer(read)} for {read.key} at {seconds(read.invoked_ns)} "
        f"and saw {shown_values(read.value, read.siblings)}"
    )


def told(operation: Operation) -> str:
    """What a client learnt: what a read saw, or that a change was acknowledged or tried."""
    if operation.f == "read":
        return saw(operation)
    if operation.outcome == "ok":
        return was_told(operation)
    if operation.outcome == "fail":
        what = f"{operation.f} of {operation.key}={shown(operation.value)}"
        return (
            f"process {operation.process} was told at {seconds(operation.returned_ns)} that its {what} failed"
        )
    return f"process {operation.process} tried from {seconds(operation.invoked_ns)} on that {deed(operation)}"


def unsourced(failed: Sequence[Operation], otherwise: str) -> str:
    """Whence a value comes that no write can have left: of these that `failed`, or `otherwise`."""
    if not failed:
        return otherwise
    first = failed[0]
    why = f" ({first.error})" if first.error else ""
    return f"which only process {first.process} tried to write, and that failed (event {first.index}){why}"


def listed(holdings: Sequence[Holding]) -> str:
    """For instance `n1: 12, n2: 12, n3: nothing`."""
    return ", ".join(
        f"{holding.node}: {shown_values(holding.value, holding.siblings)}" for holding in holdings
    )


def together(names: Sequence[str]) -> str:
    """For instance `n1, n2 and n3`."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def witness_of(text: str, *operations: Operation) -> Witness:
    """The events of these operations, with a text that is about them."""
    return Witness(tuple(sorted({index for one in operations for index in one.event_indexes})), text)


def sentence(text: str) -> str:
    """The text with a capital first letter and a full stop; the name of a node stays as it is."""
    first = text.split(" ", 1)[0]
    is_name = any(letter.isdigit() for letter in first)
    return f"{text}." if is_name else f"{text[:1].upper()}{text[1:]}."
