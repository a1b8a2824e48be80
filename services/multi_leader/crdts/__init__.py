"""Values that several leaders can change at once and that still converge (CRDTs: Shapiro et al. 2011).

A change is not a new value but a difference: a few entries that are *joined* to what is there. Joining is
commutative, associative and idempotent, so it does not matter in which order changes arrive, or how often.

| value | steps | what concurrent steps come to |
|---|---|---|
| counter | `increment` | both count |
| set | `add`, `remove` | an addition that the remover had not seen stays |
| map | `assign`, `remove` | a field keeps both values, until a writer that saw both assigns one |
| list | `insert` (`after` an element), `remove` | both elements are in, in the same order everywhere |

The first step decides what a key is. If two leaders make it two things at once, it is both.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from services.errors import LabError
from services.messages import Value
from services.messages.multi_leader import Step
from services.multi_leader.crdts import counter, observed, sequence
from services.multi_leader.crdts.counter import Counter
from services.multi_leader.crdts.observed import Observed
from services.multi_leader.crdts.sequence import Sequence
from services.store.effects import canonical
from services.versions.dotted import Dot, Past

MOST = 2**53  # by which one step may change a counter
OF_STEP = {"increment": "counter", "add": "set", "assign": "map", "insert": "list"}
STEPS = (*OF_STEP, "remove")


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """The state of a key, and also the form of a change to it. Usually only one field is used."""

    counter: Counter = {}
    set: Observed = Observed()
    map: Observed = Observed()
    list: Sequence = Sequence()

    @property
    def kinds(self) -> tuple[str, ...]:
        """What the key is: usually one kind."""
        return tuple(kind for kind in OF_STEP.values() if getattr(self, kind))


NOTHING = State()


def state_in(value: Value) -> State:
    """The state in decoded JSON. Raises `ValueError`."""
    return msgspec.convert(value, State)


def joined(one: State, other: State) -> State:
    """The join of the two."""
    return State(
        counter.joined(one.counter, other.counter),
        observed.joined(one.set, other.set),
        observed.joined(one.map, other.map),
        sequence.joined(one.list, other.list),
    )


def effect_of(step: Step, state: State, dot: Dot, known: Past, new: sequence.Id) -> State:
    """What `step` changes, as the change `dot` of the key, by a writer to whom `known` is known.

    Raises `LabError` bad-request or no-such-key.
    """
    kind = OF_STEP.get(step.f)
    if kind and state.kinds and kind not in state.kinds:
        raise LabError("bad-request", f"{step.key!r} is a {state.kinds[0]} and not a {kind}")
    match step.f:
        case "increment":
            return State(counter=counter.increment(state.counter, dot.node, _number_in(step)))
        case "add":
            return State(set=observed.put(state.set, canonical(step.value), None, dot, known))
        case "assign":
            return State(map=_assign(step, state.map, dot, known))
        case "insert":
            return State(list=_insert(step, state.list, new))
    return _remove(step, state, dot, known)


def shown(state: State) -> tuple[Value, ...]:
    """What a reader sees: one value, unless the key was made two things at once."""
    return tuple(_shown(kind, state) for kind in state.kinds)


def members(state: State) -> list[Any]:
    """The elements of the set."""
    return [msgspec.json.decode(name) for name in sorted(state.set.entries)]


def fields(state: State) -> Iterator[tuple[str, list[Any]]]:
    """The fields of the map, and the values of each: several if they are concurrent."""
    for name, values in state.map.entries.items():
        yield name, [value for _, value in sorted(values.items())]


def _shown(kind: str, state: State) -> Value:
    if kind == "counter":
        return counter.value(state.counter)
    if kind == "set":
        return members(state)
    if kind == "list":
        return sequence.values(state.list)
    several: dict[str, Any] = {}
    for name, values in fields(state):
        several[name] = values[0] if len(values) == 1 else {"siblings": values}
    return several


def _number_in(step: Step) -> int:
    by = step.value
    if not isinstance(by, int) or isinstance(by, bool) or abs(by) > MOST:
        raise LabError("bad-request", f"a counter is changed by a whole number, not by {canonical(by)}")
    return by


def _assign(step: Step, state: Observed, dot: Dot, known: Past) -> Observed:
    if not isinstance(step.value, dict) or len(step.value) != 1:
        form = '{"field": value}'
        raise LabError(
            "bad-request", f"assign takes {form}, one field at a time, not {canonical(step.value)}"
        )
    ((name, value),) = step.value.items()
    return observed.put(state, name, value, dot, known)


def _insert(step: Step, state: Sequence, new: sequence.Id) -> Sequence:
    try:
        return sequence.insert(state, step.value, step.after, new)
    except ValueError as error:
        raise LabError("no-such-key", f"{error} {step.key!r} here; read it again") from error


def _remove(step: Step, state: State, dot: Dot, known: Past) -> State:
    """Remove from the set, map or list that the key is. What has not arrived here cannot be removed here."""
    if not state.kinds or state.kinds == ("counter",):
        text = f"{step.key!r} is not a set, map or list, so nothing can be removed from it"
        raise LabError("bad-request", text)
    element = canonical(step.value)
    name = step.value if isinstance(step.value, str) else element
    effect = State(
        set=observed.remove(state.set, element, dot, known) if element in state.set.entries else Observed(),
        map=observed.remove(state.map, name, dot, known) if name in state.map.entries else Observed(),
        list=sequence.remove(state.list, step.value),
    )
    if not effect.kinds:
        raise LabError("no-such-key", f"{element} is not in {step.key!r} here; read it again")
    return effect
