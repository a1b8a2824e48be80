"""Which variants real processes and containers play in CI; in the long form they play all the others as well.

The story of each scenario, which is its first problem and its first remedy. Besides, whatever has something
that none of those has, of each family: a kind of fault, another thing that a script does, an ability of a
runtime, a role of a companion. What a variant has is read from itself: its data, and the code of its script.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from inspect import isclass, isfunction
from types import CodeType, FunctionType
from typing import Any

from chaos.catalogue.discover import all_scenarios
from chaos.catalogue.scenario import Scenario, Variant
from chaos.cluster.shape import Shape
from chaos.faults.fault import Fault
from chaos.judging.verdict import Kind
from chaos.running.run import Run
from chaos.sessions.task import runtimes_of

PLAY_S, START_S = 9, 22  # about what a variant takes in containers, and another cluster


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


def in_parts(names: Sequence[str], parts: int) -> list[list[str]]:
    """`names` in so many parts of about as much work; what plays on one shape of cluster stays together."""
    groups: dict[Shape, list[str]] = {}
    for name in names:
        groups.setdefault(shapes()[name], []).append(name)
    costs_s = [(name, PLAY_S + START_S * (name is group[0])) for group in groups.values() for name in group]
    total_s, so_far_s = sum(cost_s for _, cost_s in costs_s), 0
    divided: list[list[str]] = [[] for _ in range(parts)]
    for name, cost_s in costs_s:
        divided[so_far_s * parts // total_s].append(name)
        so_far_s += cost_s
    return divided


@cache
def shapes() -> Mapping[str, Shape]:
    """The cluster that each variant plays on, by its name."""
    return {
        f"{scenario.id}:{variant.name}": scenario.shape_for(variant)
        for scenario in all_scenarios()
        for variant in scenario.variants
    }
