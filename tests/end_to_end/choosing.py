"""Which variants real processes and containers play in CI; in the long form they play all the others as well.

The story of each scenario, which is its first problem and its first remedy. Besides, whatever has something
that none of those has, of each family: a kind of fault, another thing that a script does, an ability of a
runtime, a role of a companion. What a variant has is read from itself: its data, and the code of its script.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from inspect import isclass, isfunction
from types import CodeType, FunctionType
from typing import Any

from chaos.catalogue.discover import all_scenarios
from chaos.catalogue.scenario import Scenario, Variant
from chaos.cluster.shape import DEFAULT
from chaos.faults.fault import Fault
from chaos.judging.verdict import Kind
from chaos.running.run import Run
from chaos.sessions.task import runtimes_of


@dataclass(frozen=True)
class Candidate:
    """A variant, and all that can be tried out by playing it."""

    scenario: str
    variant: str
    kind: Kind
    traits: frozenset[str]

    @property
    def name(self) -> str:
        """As people type it."""
        return f"{self.scenario}:{self.variant}"


def choose(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The first of each kind of each scenario, and who else adds a trait; in their own order."""
    stories = {(one.scenario, one.kind): one for one in reversed(candidates)}
    chosen = {one.name for one in stories.values()}
    covered = {trait for one in stories.values() for trait in one.traits}
    for one in candidates:
        if not one.traits <= covered:
            chosen.add(one.name)
            covered |= one.traits
    return [one for one in candidates if one.name in chosen]


def all_on(runtime: str) -> list[Candidate]:
    """Every variant that makes sense on `runtime`, in the order of the catalogue."""
    return [
        Candidate(scenario.id, variant.name, variant.kind, frozenset(traits(scenario, variant)))
        for scenario in all_scenarios()
        for variant in scenario.variants
        if runtime in runtimes_of(scenario, variant)
    ]


def traits(scenario: Scenario, variant: Variant) -> Iterator[str]:
    """All that playing the variant tries out, each with the family that it is tried out on."""
    family = scenario.settings_of(variant).family
    return (f"{family}: {trait}" for trait in _tried_out(scenario, variant))


def _tried_out(scenario: Scenario, variant: Variant) -> Iterator[str]:
    yield from (f"ability {ability}" for ability in scenario.needs)
    yield from (f"role {role}" for role in scenario.shape_for(variant).companion_roles.values())
    script = scenario.script_for(variant)
    assert isinstance(script, FunctionType)
    for name, value in mentioned(script, {}).items():
        if isclass(value) and issubclass(value, Fault):
            yield f"fault {name}"
            yield from (f"ability {ability}" for ability in value.needs)
        elif hasattr(Run, name):
            yield f"script {name}"


def mentioned(function: FunctionType, so_far: dict[str, Any]) -> dict[str, Any]:
    """Every name in the code of `function`, and of those of its own module that it calls; with its value."""
    for name in _names(function.__code__):
        if name in so_far:
            continue
        so_far[name] = function.__globals__.get(name)
        if isfunction(so_far[name]) and so_far[name].__module__ == function.__module__:
            mentioned(so_far[name], so_far)
    return so_far


def _names(code: CodeType) -> Iterable[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def in_short(runtime: str) -> list[str]:
    """The names of the variants that CI plays on `runtime`."""
    return [one.name for one in choose(all_on(runtime))]


def left_for_long(runtime: str) -> list[str]:
    """The names of all others."""
    short = in_short(runtime)
    return [one.name for one in all_on(runtime) if one.name not in short]


def of_scenario(scenario: str, names: Iterable[str]) -> list[str]:
    """Those of `names` that are variants of `scenario`."""
    return [name for name in names if name.partition(":")[0] == scenario]


def in_two(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Those of `names` that play on the usual cluster, and those that need others: in CI, as much work."""
    usual = {
        f"{scenario.id}:{variant.name}"
        for scenario in all_scenarios()
        for variant in scenario.variants
        if scenario.shape_for(variant) == DEFAULT
    }
    return [name for name in names if name in usual], [name for name in names if name not in usual]
