"""One run in virtual time, as a pure function: what comes out depends on what goes in and on nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeAlias

import msgspec

from chaos.catalogue.discover import UnknownNameError, select
from chaos.catalogue.scenario import Scenario, Variant
from chaos.cluster.shape import Shape
from chaos.judging.verdict import COSTS, Verdict
from chaos.recording.folder import NoFolder, RunFolder
from chaos.report.words import counted
from chaos.running.narrator import TellAt
from chaos.running.runner import Stage, play
from chaos.runtimes.registry import CLIENT_TIMEOUT_S, RUNTIMES
from chaos.runtimes.simulation import SimulatedCluster
from chaos.schedules.perform import script_of
from chaos.schedules.schedule import Schedule
from chaos.sessions.session import Outcome, perform, standing
from chaos.sessions.task import Task

BY_HAND = "by-hand"  # in place of a scenario, where somebody wrote the schedule
CONVERGENCE = "diverged-replicas"
Make: TypeAlias = Callable[[int, Shape], SimulatedCluster]


@dataclass(frozen=True)
class Simulation:
    """What is to be simulated; small, so that it can be sent to other processes and machines.

    `variant` of the scenario of that id, from `seed`. With a `schedule` its faults strike instead of
    the scenario's script. Then convergence is judged too, and of a remedy no longer how long anything
    took or what failed: what strikes by chance has its costs whatever one does. `clients` and `rate_per_s`
    stand in for those of the scenario's workload, `settings` (names and values) for those of the variant.
    """

    scenario: str
    variant: str
    seed: int
    schedule: Schedule | None = None
    clients: int | None = None
    rate_per_s: float | None = None
    settings: tuple[tuple[str, Any], ...] = ()

    def prepared(self) -> tuple[Scenario, Variant]:
        """The scenario and its variant, changed as is asked for. Raises `UnknownNameError`."""
        if not self.variant:
            raise UnknownNameError(f"which variant of {self.scenario} is not said; `./lab list` shows them")
        ((scenario, (variant,)),) = select([f"{self.scenario}:{self.variant}"])
        workload, script = scenario.workload_for(variant), scenario.script_for(variant)
        settings = {**variant.settings, **dict(self.settings)}
        variant = replace(variant, settings=settings, script=None, workload=None)
        if self.clients is not None:
            workload = replace(workload, clients=self.clients, max_clients=self.clients)
        if self.rate_per_s is not None:
            workload = replace(workload, rate_per_s=self.rate_per_s)
        if self.schedule is None:
            return replace(scenario, workload=workload, script=script), variant
        spared = COSTS if variant.kind == "remedy" else frozenset()
        scenario, variant = must_converge(scenario, variant)
        return replace(
            scenario,
            workload=workload,
            script=script_of(self.schedule),
            checkers=tuple(name for name in scenario.checkers if name not in spared),
            bounds_ms={name: ms for name, ms in scenario.bounds_ms.items() if name not in spared},
            least_before_fault=min(scenario.least_before_fault, self.schedule.before),
        ), variant

    def changes(self) -> dict[str, Any]:
        """What is not as the scenario's file has it, as `run.json` keeps it; see `from_json`."""
        given = {name: getattr(self, name) for name in ("schedule", "clients", "rate_per_s", "settings")}
        changes: dict[str, Any] = msgspec.to_builtins({k: v for k, v in given.items() if v})
        return changes

    @classmethod
    def from_json(cls, about: Mapping[str, Any]) -> "Simulation":
        """What a `run.json` describes. Raises `ValueError` naming what is wrong with it."""
        if about.get("runtime") != "sim":
            raise ValueError(f"it ran on {about.get('runtime')}, and only runs on sim can be had again")
        if about.get("scenario") == BY_HAND:
            raise ValueError(f"its schedule was written down; repeat it with {about.get('command')}")
        names = [field.name for field in fields(cls) if field.name in about]
        return msgspec.convert({name: about[name] for name in names}, cls)


def must_converge(scenario: Scenario, variant: Variant) -> tuple[Scenario, Variant]:
    """Both, with convergence among what is judged, where replicas must be alike in the end."""
    alike = scenario.settings_of(variant).all_alike(scenario.shape_for(variant).members)
    also = (CONVERGENCE,) if alike else ()
    checkers = tuple(dict.fromkeys((*scenario.checkers_for(variant), *also)))
    variant = replace(variant, also=())
    # The other variants may find what is not looked for here.
    return replace(scenario, variants=(variant,), checkers=checkers), variant


def simulate(
    simulation: Simulation,
    folder: RunFolder | NoFolder | None = None,
    tell: TellAt | None = None,
    make: Make = SimulatedCluster,
) -> Verdict:
    """Run it on the cluster that `make` makes from its seed and its shape. Raises `SimulationError`."""
    return RUNTIMES["sim"].run(_play(simulation, folder or NoFolder(), tell, make))


async def _play(
    simulation: Simulation,
    folder: RunFolder | NoFolder,
    tell: TellAt | None,
    make: Make,
) -> Verdict:
    scenario, variant = simulation.prepared()
    cluster = make(simulation.seed, scenario.shape_for(variant))
    try:
        stage = Stage(cluster, cluster.client(CLIENT_TIMEOUT_S), RUNTIMES["sim"].clock(), tell)
        return await play(stage, scenario, variant, simulation.seed, folder)
    finally:
        await cluster.close()


def steps(simulation: Simulation) -> list[str]:
    """The run as a list that one can read: what happens when."""
    schedule = simulation.schedule
    if schedule is None:
        return []
    return [
        f"traffic ({load_of(simulation)}) up to {counted(schedule.before, 'acknowledged write')}; then",
        *map(str, schedule.strokes),
        f"{schedule.ends_ms / 1000:.3f} s: traffic ends, everything is healed, every replica is read",
    ]


def load_of(simulation: Simulation) -> str:
    """In words: clients and requests."""
    if simulation.rate_per_s is None:
        return "the scenario's load"
    return f"{counted(simulation.clients or 0, 'client')}, {simulation.rate_per_s:g} requests/s"


def save(simulation: Simulation, out: Path) -> Outcome:
    """Run it once more, into a folder under `out` like any other run's."""
    scenario, variant = simulation.prepared()
    changes = simulation.changes()
    if simulation.schedule:
        changes["steps"] = steps(simulation)
    task = Task(scenario, variant, "sim", simulation.seed, changes)
    return RUNTIMES["sim"].run(_perform(task, out))


async def _perform(task: Task, out: Path) -> Outcome:
    async with standing(RUNTIMES["sim"], task.shape, task.seed, None) as stage:
        return await perform(task, stage, out)
