"""Finds scenarios by the names of their files: `scenarios/lost_writes.py` is `lost-writes`.

A name arrives from outside, so a wrong one is answered with the nearest right one.
"""

import difflib
import importlib
import pkgutil
from collections.abc import Collection, Iterable
from typing import TypeAlias

from chaos.catalogue.scenario import Scenario, Variant

PACKAGE = "scenarios"
Selection: TypeAlias = tuple[tuple[Scenario, tuple[Variant, ...]], ...]


class UnknownNameError(ValueError):
    """There is nothing of that name; the text has the nearest name that there is."""


def scenario_ids() -> tuple[str, ...]:
    """Every scenario, in alphabetical order, without importing any."""
    package = importlib.import_module(PACKAGE)
    return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(package.__path__)))


def find_scenario(scenario_id: str) -> Scenario:
    """The scenario of that name. Raises `UnknownNameError`."""
    nearest("scenario", scenario_id, scenario_ids())
    module = importlib.import_module(f"{PACKAGE}.{scenario_id.replace('-', '_')}")
    scenario: Scenario = module.SCENARIO
    if scenario.id != scenario_id:
        raise ValueError(f"{module.__file__} calls its scenario {scenario.id}, its name says {scenario_id}")
    return scenario


def all_scenarios() -> tuple[Scenario, ...]:
    """Every scenario in the order of the catalogue: by section, then by name."""
    scenarios = (find_scenario(scenario_id) for scenario_id in scenario_ids())
    return tuple(sorted(scenarios, key=lambda scenario: (scenario.section, scenario.id)))


def select(names: Iterable[str]) -> Selection:
    """What `ID` or `ID:VARIANT` names ask for, each scenario once with its variants in its own order.

    Raises `UnknownNameError`.
    """
    found: dict[str, Scenario] = {}
    wanted: dict[str, set[str]] = {}
    for name in names:
        scenario_id, _, variant = name.partition(":")
        if scenario_id not in found:
            found[scenario_id] = find_scenario(scenario_id)
        known = [known.name for known in found[scenario_id].variants]
        if variant:
            nearest(f"variant of {scenario_id}", variant, known)
        wanted.setdefault(scenario_id, set()).update([variant] if variant else known)
    chosen = ((found[scenario_id], variants) for scenario_id, variants in wanted.items())
    return tuple((scen, tuple(v for v in scen.variants if v.name in variants)) for scen, variants in chosen)


def nearest(kind: str, name: str, known: Collection[str]) -> None:
    """Raises `UnknownNameError` unless `name` is `known`."""
    if name in known:
        return
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(known)}"
    raise UnknownNameError(f"there is no {kind} {name!r}; {hint}")
