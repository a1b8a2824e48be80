"""Counters, sets, maps and lists: what joining promises, and what readers see, however changes arrive.

The changes are those of three leaders that hear of each other now and then, as `runs` draws them. So each
was made by somebody who had some of the others before his eyes, and none comes from nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import LabError
from services.messages.multi_leader import Step
from services.multi_leader import crdts
from services.multi_leader.crdts import NOTHING, STEPS, State, joined, sequence, shown
from services.versions.dotted import Dot, past_of

NODES = ("n1", "n2", "n3")


@dataclass
class Leader:
    state: State = NOTHING
    known: dict[str, int] = field(default_factory=dict)


@dataclass
class Made:
    """One step, its effect, what its leader showed before it, and how many of each leader's it knew."""

    step: Step
    effect: State
    dot: Dot
    before: State
    known: dict[str, int]

    def knew(self, other: "Made") -> bool:
        return self.known.get(other.dot.node, 0) >= other.dot.number


@dataclass
class World:
    leaders: dict[str, Leader] = field(default_factory=lambda: {node: Leader() for node in NODES})
    made: list[Made] = field(default_factory=list)

    def do(self, node: str, step: Step) -> None:
        leader = self.leaders[node]
        dot = Dot(node, leader.known.get(node, 0) + 1)
        known = past_of(dict(leader.known))
        new = sequence.new_id(len(self.made) + 1, dot.number, node)
        effect = crdts.effect_of(step, leader.state, dot, known, new)
        self.made.append(Made(step, effect, dot, leader.state, dict(leader.known)))
        leader.state, leader.known[node] = joined(leader.state, effect), dot.number

    def tell(self, source: str, target: str) -> None:
        one, other = self.leaders[source], self.leaders[target]
        other.state = joined(other.state, one.state)
        for node, count in one.known.items():
            other.known[node] = max(other.known.get(node, 0), count)


def step_for(draw: st.DrawFn, f: str, place: int, state: State) -> Step:
    element = draw(st.sampled_from("abc"))
    if f == "increment":
        return Step("increment", "x", draw(st.integers(-3, 3)))
    if f == "add":
        return Step("add", "x", element)
    if f == "assign":
        return Step("assign", "x", {element: f"v{place}"})
    if f == "insert":
        there = sequence.values(state.list)
        return Step("insert", "x", f"v{place}", after=draw(st.sampled_from([None, *there])))
    there = [*crdts.members(state), *state.map.entries, *sequence.values(state.list)]
    return Step("remove", "x", draw(st.sampled_from(there)))


@st.composite
def runs(draw: st.DrawFn, f: str, most: int = 7) -> World:
    """A key of that one kind, changed by three leaders."""
    world = World()
    for place in range(draw(st.integers(1, most))):
        node = draw(st.sampled_from(NODES))
        if draw(st.booleans()):
            world.tell(draw(st.sampled_from(NODES)), node)
        state = world.leaders[node].state
        removes = f != "increment" and shown(state) not in ((), ([],), ({},)) and draw(st.integers(0, 2)) == 0
        world.do(node, step_for(draw, "remove" if removes else f, place, state))
    return world


def everything(effects: Sequence[State]) -> State:
    return reduce(joined, effects, NOTHING)


KINDS = ("increment", "add", "assign", "insert")


@pytest.mark.parametrize("f", KINDS)
@given(data=st.data())
def test_joining_is_commutative_associative_and_idempotent(f: str, data: st.DataObject) -> None:
    effects = [made.effect for made in data.draw(runs(f)).made]
    some = st.lists(st.sampled_from(effects), max_size=4).map(everything)
    a, b, c = data.draw(some), data.draw(some), data.draw(some)
    assert joined(a, b) == joined(b, a)
    assert joined(joined(a, b), c) == joined(a, joined(b, c))
    assert joined(a, a) == a
    assert joined(joined(a, b), b) == joined(a, b)


@pytest.mark.parametrize("f", KINDS)
@given(data=st.data())
def test_every_order_of_arrival_comes_to_the_same(f: str, data: st.DataObject) -> None:
    effects = [made.effect for made in data.draw(runs(f, most=5)).made]
    expected = everything(effects)
    for arrivals in permutations(effects):
        assert everything((*arrivals, arrivals[0])) == expected
    assert msgspec.json.encode(everything(effects[::-1])) == msgspec.json.encode(expected), "byte for byte"


@pytest.mark.parametrize("f", KINDS)
@given(data=st.data())
def test_a_state_comes_through_json(f: str, data: st.DataObject) -> None:
    state = everything([made.effect for made in data.draw(runs(f)).made])
    assert crdts.state_in(msgspec.json.decode(msgspec.json.encode(state))) == state


@given(world=runs("increment"))
def test_a_counter_is_the_sum_of_all_increments(world: World) -> None:
    (count,) = shown(everything([made.effect for made in world.made]))
    by: list[Any] = [made.step.value for made in world.made]
    assert count == sum(by)


@given(world=runs("add"))
def test_an_element_is_in_if_somebody_added_it_of_whom_no_remover_knew(world: World) -> None:
    adds = [made for made in world.made if made.step.f == "add"]
    removes = [made for made in world.made if made.step.f == "remove"]
    stays = [
        add.step.value
        for add in adds
        if not any(other.step.value == add.step.value and other.knew(add) for other in removes)
    ]
    assert crdts.members(everything([made.effect for made in world.made])) == sorted(set(map(str, stays)))


@given(world=runs("assign"))
def test_a_field_has_the_values_that_nobody_replaced_or_removed_who_knew_them(world: World) -> None:
    expected: dict[str, set[str]] = {}
    for made in world.made:
        if made.step.f == "assign":
            assigned: Any = made.step.value
            ((name, value),) = assigned.items()
            later = [other for other in world.made if other.knew(made) and touches(other, name)]
            expected.setdefault(name, set()).update([] if later else [value])
    found = {name: set(values) for name, values in crdts.fields(everything([m.effect for m in world.made]))}
    assert found == {name: values for name, values in expected.items() if values}


def touches(made: Made, name: str) -> bool:
    return name == made.step.value or (isinstance(made.step.value, dict) and name in made.step.value)


@given(world=runs("insert"))
def test_a_list_has_all_that_was_inserted_and_not_removed(world: World) -> None:
    found = sequence.values(everything([made.effect for made in world.made]).list)
    gone = [made.step.value for made in world.made if made.step.f == "remove"]
    inserted: list[Any] = [made.step.value for made in world.made if made.step.f == "insert"]
    assert sorted(found) == sorted(each for each in inserted if each not in gone)


@given(world=runs("insert"))
def test_whoever_saw_two_elements_in_an_order_finds_them_in_that_order(world: World) -> None:
    places = {value: at for at, value in enumerate(sequence.values(everything(effects_of(world)).list))}
    for made in world.made:
        seen = [places[value] for value in sequence.values(made.before.list) if value in places]
        assert seen == sorted(seen)
        after = made.step.after
        if made.step.f == "insert" and after in places and made.step.value in places:
            assert places[after] < places[made.step.value]


def effects_of(world: World) -> list[State]:
    return [made.effect for made in world.made]


def test_what_two_people_type_behind_one_word_is_not_interleaved() -> None:
    world = World()
    world.do("n1", Step("insert", "x", "Dear"))
    for node in ("n2", "n3"):
        world.tell("n1", node)
    for node, words in (("n2", "Alice how are you"), ("n3", "Charlie good bye")):
        after = "Dear"
        for word in words.split():
            world.do(node, Step("insert", "x", word, after=after))
            after = word
    text = " ".join(sequence.values(everything(effects_of(world)).list))
    assert text in ("Dear Alice how are you Charlie good bye", "Dear Charlie good bye Alice how are you")


def test_two_things_made_of_one_key_at_once_are_both_there() -> None:
    world = World()
    world.do("n1", Step("increment", "x", 2))
    world.do("n2", Step("add", "x", "a"))
    assert shown(everything(effects_of(world))) == (2, ["a"])


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (Step("increment", "x", 1), "'x' is a set and not a counter"),
        (Step("increment", "y", 0.5), "by a whole number, not by 0.5"),
        (Step("increment", "y", True), "by a whole number, not by true"),
        (Step("assign", "y", 7), "one field at a time, not 7"),
        (Step("remove", "y", 7), "'y' is not a set, map or list"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(step: Step, why: str) -> None:
    world = World()
    if step.key == "x":
        world.do("n1", Step("add", "x", "a"))
    with pytest.raises(LabError, match="bad-request") as refused:
        world.do("n1", step)
    assert why in refused.value.text.replace("{", "")


@pytest.mark.parametrize(
    "step",
    [Step("insert", "x", 1, after=7), Step("remove", "x", 7), Step("remove", "x", "taken out")],
)
def test_what_is_not_there_yet_is_neither_removed_nor_built_upon(step: Step) -> None:
    """Whoever saw it at another leader is told so, and not that it is done."""
    world = World()
    for f in ("insert", "remove"):
        world.do("n1", Step(f, "x", "taken out"))
    with pytest.raises(LabError, match="no-such-key") as refused:
        world.do("n1", step)
    assert refused.value.definite and "here; read it again" in refused.value.text


def test_every_step_has_its_kind() -> None:
    assert set(STEPS) == {*KINDS, "remove"}
