"""What CI plays on processes and in containers tries out everything that any variant does."""

import importlib
from inspect import isclass

import pytest

from chaos.catalogue.discover import all_scenarios, find_scenario
from chaos.faults.fault import Fault
from chaos.sessions.task import runtimes_of
from tests.end_to_end.choosing import (
    Candidate,
    all_on,
    choose,
    in_parts,
    in_short,
    left_for_long,
    shapes,
    traits,
)

REAL = ("local", "compose")


def one(scenario: str, variant: str, kind: str, *has: str) -> Candidate:
    return Candidate(scenario, variant, kind, frozenset(has))  # type: ignore[arg-type]


def test_the_first_of_each_kind_and_whoever_adds_something() -> None:
    candidates = [
        one("a", "remedy-1", "remedy", "cut"),
        one("a", "problem-1", "problem", "cut"),
        one("a", "problem-2", "problem", "kill"),  # which b's problem does as well
        one("a", "remedy-2", "remedy", "pause", "cut"),
        one("a", "remedy-3", "remedy", "pause"),
        one("b", "problem-1", "problem", "kill"),
    ]
    assert [each.name for each in choose(candidates)] == [
        "a:remedy-1",
        "a:problem-1",
        "a:remedy-2",
        "b:problem-1",
    ]


@pytest.mark.parametrize("runtime", REAL)
def test_every_fault_and_ability_that_a_variant_uses_is_tried_out(runtime: str) -> None:
    everything, chosen = all_on(runtime), choose(all_on(runtime))
    assert {trait for each in everything for trait in each.traits} == {
        t for each in chosen for t in each.traits
    }
    assert {(each.scenario, each.kind) for each in everything} == {
        (each.scenario, each.kind) for each in chosen
    }


@pytest.mark.parametrize("parts", [1, 2, 3, 5])
def test_parts_are_everything_and_begin_few_clusters_twice(parts: int) -> None:
    names = in_short("compose")
    divided = in_parts(names, parts)
    assert sorted(name for part in divided for name in part) == sorted(names)
    assert len(divided) == parts
    assert all(divided)
    begun = sum(len({shapes()[name] for name in part}) for part in divided)
    assert begun <= len({shapes()[name] for name in names}) + parts - 1


@pytest.mark.parametrize("runtime", REAL)
def test_the_long_form_plays_the_rest(runtime: str) -> None:
    variants = [
        f"{scenario.id}:{variant.name}"
        for scenario in all_scenarios()
        for variant in scenario.variants
        if runtime in runtimes_of(scenario, variant)
    ]
    assert sorted([*in_short(runtime), *left_for_long(runtime)]) == sorted(variants)
    assert left_for_long(runtime)


@pytest.mark.parametrize(
    ("name", "does"),
    [
        (
            "lost-writes:async",
            {"fault Cut", "fault Kill", "ability links", "ability kill", "script acknowledged"},
        ),
        ("wal-shipping:format-upgrade", {"fault Upgrade", "script comes_true"}),  # by functions that it calls
        ("failover-timeout:tuned", {"fault Slow", "fault Pause", "script load_spike", "ability pause"}),
        ("key-reuse:uuid", {"role cache"}),
        ("failover:planned", {"script hand_over"}),
    ],
)
def test_what_a_variant_does_is_read_from_its_script(name: str, does: set[str]) -> None:
    scenario_id, _, variant_name = name.partition(":")
    scenario = find_scenario(scenario_id)
    variant = next(each for each in scenario.variants if each.name == variant_name)
    assert {f"single-leader: {each}" for each in does} <= set(traits(scenario, variant))


def test_no_fault_of_a_scenario_is_overlooked() -> None:
    for scenario in all_scenarios():
        module = importlib.import_module(f"scenarios.{scenario.id.replace('-', '_')}")
        imported = {
            name for name, value in vars(module).items() if isclass(value) and issubclass(value, Fault)
        }
        seen = [trait for variant in scenario.variants for trait in traits(scenario, variant)]
        assert imported <= {trait.rpartition(": fault ")[2] for trait in seen}, scenario.id
