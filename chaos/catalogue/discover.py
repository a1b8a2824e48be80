"""Finds scenarios by the names of their files: `scenarios/lost_writes.py` is `lost-writes`.

A name arrives from outside, so a wrong one is answered with the nearest right one.
"""

import importlib
import pkgutil
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

from chaos.catalogue.names import UnknownNameError, nearest
from chaos.catalogue.scenario import Scenario, Variant

__all__ = [
    "BrokenScenarioError",
    "UnknownNameError",
    "all_scenarios",
    "find_scenario",
    "nearest",
    "scenario_ids",
    "select",
    "usable_scenarios",
]

PACKAGE = "scenarios"
Selection: TypeAlias = tuple[tuple[Scenario, tuple[Variant, ...]], ...]


class BrokenScenarioError(Exception):
    """A scenario's file cannot be used; the text names the file, the line, and what is wrong there."""


def scenario_ids() -> tuple[str, ...]:
    """Every scenario, in alphabetical order, without importing any."""
    package = importlib.import_module(PACKAGE)
    return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(package.__path__)))


def find_scenario(scenario_id: str) -> Scenario:
    """The scenario of that name. Raises `UnknownNameError`, and `BrokenScenarioError`."""
    nearest("scenario", scenario_id, scenario_ids())
    name = f"{PACKAGE}.{scenario_id.replace('-', '_')}"
    try:
        scenario = _scenario_in(importlib.import_module(name))
        if scenario.id != scenario_id:
            raise ValueError(f"its id is {scenario.id!r}, and by the file's name it must be {scenario_id!r}")
    except Exception as error:
        raise BrokenScenarioError(_complaint(scenario_id, error)) from error
    return scenario


def _scenario_in(module: ModuleType) -> Scenario:
    """Its `SCENARIO`. Raises `ValueError` where there is none."""
    scenario = getattr(module, "SCENARIO", None)
    if not isinstance(scenario, Scenario):
        raise ValueError("it has no SCENARIO; write SCENARIO = Scenario(id=…, …)")
    return scenario


def _complaint(scenario_id: str, error: Exception) -> str:
    """One line: the file, the line, what is wrong, and what helps."""
    file = f"{scenario_id.replace('-', '_')}.py"
    if isinstance(error, SyntaxError) and error.filename:
        file, line = Path(error.filename).name, error.lineno
        what = f"{error.msg}: {(error.text or '').strip()}"
    else:
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if Path(frame.filename).parent.name == PACKAGE and Path(frame.filename).name == file
        ]
        line = lines[-1] if lines else None
        what = str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"
    where = f"{PACKAGE}/{file}" + (f", line {line}" if line else "")
    return f"{where}: {' '.join(what.split())} (mend the file, or move it out of {PACKAGE}/)"


def all_scenarios() -> tuple[Scenario, ...]:
    """Every scenario in the order of the catalogue: by section, then by name.

    Raises `BrokenScenarioError` where one is broken.
    """
    return _in_order(find_scenario(scenario_id) for scenario_id in scenario_ids())


def usable_scenarios() -> tuple[tuple[Scenario, ...], tuple[str, ...]]:
    """Those that can be used, in order, and for each of the others what is wrong with it."""
    usable, broken = [], []
    for scenario_id in scenario_ids():
        try:
            usable.append(find_scenario(scenario_id))
        except BrokenScenarioError as error:
            broken.append(str(error))
    return _in_order(usable), tuple(broken)


def _in_order(scenarios: Iterable[Scenario]) -> tuple[Scenario, ...]:
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
