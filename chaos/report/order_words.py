"""Why every order of a key's operations ends at one of them: what it saw, and what contradicts it."""

from collections.abc import Iterator

from chaos.checkers._keys import ABSENT, left_behind, token
from chaos.checkers._orders import DeadEnd
from chaos.checkers._words import seconds, shown, told
from chaos.history import Operation

MOST = 3  # values that the register may hold instead


def wanted(end: DeadEnd) -> object:
    """What the register would have to hold for the stop to come next."""
    return end.stop.value[0] if end.stop.f == "cas" else end.stop.value


def against(end: DeadEnd) -> list[Operation]:
    """What the stop contradicts: who wrote and saw what is there by then, and who wrote what it needs."""
    found = _writers(end, token(wanted(end)))[-1:]
    for state in _states(end):
        readers, writers = _readers(end, state)[:1], _writers(end, state)[-1:]
        if readers or _left(end, state):
            found += [*writers, *readers]
    return found


def because(end: DeadEnd) -> Iterator[str]:
    """The reason, a sentence at a time."""
    key, value, states = end.of_key.key, shown(wanted(end)), _states(end)
    yield f"Every order ends here: {told(end.stop)}."
    holds = "hold" if len(states) == 1 else "hold one of these values:"
    held = "; ".join(_held(end, state) for state in states[:MOST])
    held += f"; or {len(states) - MOST} more" if len(states) > MOST else ""
    yield f"In any order of what was answered before it, {key} must by then {holds} {held}."
    writers = _writers(end, token(wanted(end)))
    if not writers and wanted(end) is not None:
        yield f"By {seconds(end.stop.returned_ns)} nobody had asked to write {value}, or only in vain."
    elif not writers:
        yield f"{key} held nothing only at first."
    elif writers[-1].index in {one.index for one in end.order}:
        yield f"{value} was there earlier ({told(writers[-1])}), but in every order it is replaced by then."
    else:
        yield f"{value} came at about that time ({told(writers[-1])}), but no order puts it at that moment."


def _held(end: DeadEnd, state: object) -> str:
    """A value, and who says so."""
    if state == ABSENT and not _writers(end, state):
        return "nothing, as at first"
    writers, readers = _writers(end, state), _readers(end, state)
    value = shown(left_behind(writers[-1])) if writers else shown(state)
    known = [told(one) for one in (*writers[-1:], *readers[:1])]
    return f"{value} ({', and '.join(known)})" if known else value


def _states(end: DeadEnd) -> list[object]:
    """Those first of which somebody had learnt before the stop was asked for."""
    unheard = {state: not _readers(end, state) for state in end.states}
    return sorted(end.states, key=lambda state: (unheard[state], not _left(end, state), repr(state)))


def _left(end: DeadEnd, state: object) -> bool:
    """Whether it was acknowledged before the stop was asked for."""
    return any(writer.precedes(end.stop) for writer in _writers(end, state))


def _writers(end: DeadEnd, state: object) -> list[Operation]:
    """Who left that value, as far as they began before the stop ended."""
    changes = (one for one in end.of_key.changes if one.f != "append" and one.index < end.stop.end)
    return [one for one in changes if token(left_behind(one)) == state]


def _readers(end: DeadEnd, state: object) -> list[Operation]:
    """Who had seen it before the stop was asked for, the first of them first."""
    reads = (one for one in end.of_key.reads if one.precedes(end.stop) and token(one.value) == state)
    return sorted(reads, key=lambda one: one.end)
