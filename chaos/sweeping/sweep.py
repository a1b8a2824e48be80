"""Many seeds of one variant: how often does it show what it shows, and on which seeds?

Each run is a pure function of its seed, so a sweep is a map: over this process, over several, or over
the machines of a Dask cluster. What matters of a run is small; the run itself can be had again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chaos.catalogue.discover import select
from chaos.cluster import ClusterError
from chaos.cluster.seeds import child
from chaos.cluster.shape import DEFAULT
from chaos.judging.verdict import Kind
from chaos.runtimes.simulated.timeline import SimulationError
from chaos.runtimes.simulation import SimulatedCluster
from chaos.schedules.aims import Aims
from chaos.schedules.draw import draw
from chaos.schedules.schedule import Schedule
from chaos.sessions.simulate import Simulation, simulate

USUAL = Aims(DEFAULT)


@dataclass(frozen=True)
class Result:
    """What one run showed: the anomalies found, and why it proves nothing, if so."""

    simulation: Simulation
    as_expected: bool | None
    found: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    crashed: bool = False  # a checker did


def simulations(scenario: str, variant: str, seeds: Iterable[int], by_chance: bool) -> Iterator[Simulation]:
    """One run a seed, under the scenario's script or, `by_chance`, under a schedule drawn from the seed."""
    ((found, (its_variant,)),) = select([f"{scenario}:{variant}"])
    aims = Aims(found.shape_for(its_variant), found.settings_of(its_variant))
    for seed in seeds:
        yield Simulation(scenario, variant, seed, drawn_schedule(seed, aims) if by_chance else None)


def drawn_schedule(seed: int, aims: Aims = USUAL) -> Schedule:
    """The schedule of faults that belongs to `seed`, for a cluster where these can be aimed at."""
    return draw(child(seed, "schedule"), aims, SimulatedCluster.abilities)


def run_one(simulation: Simulation) -> Result:
    """Run it. A run that cannot come to an end is unknown, and its problem says who waited for what."""
    try:
        verdict = simulate(simulation)
    except (SimulationError, ClusterError) as error:
        return Result(simulation, None, problems=(str(error),))
    unknown = [f"{a.name}: {a.reason}" for a in verdict.anomalies if a.found is None]
    found = tuple(anomaly.name for anomaly in verdict.anomalies if anomaly.found)
    crashed = any(anomaly.crashed for anomaly in verdict.anomalies)
    return Result(simulation, verdict.as_expected, found, (*verdict.problems, *unknown), crashed)


@dataclass(frozen=True)
class Summary:
    """A sweep over one variant, of that `kind`; see `Variant` for `only_in_its_story`."""

    scenario: str
    variant: str
    kind: Kind
    by_chance: bool
    results: Sequence[Result]
    only_in_its_story: str = ""

    @property
    def promises_nothing(self) -> str:
        """Why no outcome can be wrong: these were not the faults that the remedy is for. Else empty."""
        return self.only_in_its_story if self.by_chance else ""

    @property
    def name(self) -> str:
        """As people type it, for instance `split-brain:lease`."""
        return f"{self.scenario}:{self.variant}"

    @property
    def hit_rate(self) -> float:
        """How many of the runs matter, from 0 to 1."""
        return len(self.seeds_that_matter) / len(self.results)

    @property
    def as_expected(self) -> bool | None:
        """A remedy must hold on every seed, and a problem show under its script; by chance, somewhere."""
        if self.promises_nothing:
            return True
        outcomes = [result.as_expected for result in self.results]
        if self.kind == "problem" and self.by_chance:
            return True in outcomes
        if False in outcomes:
            return False
        return None if None in outcomes else True

    def seeds(self, as_expected: bool | None) -> list[int]:
        """The seeds with that outcome, in order."""
        return sorted(r.simulation.seed for r in self.results if r.as_expected is as_expected)

    @property
    def seeds_that_matter(self) -> list[int]:
        """Where the problem showed, or where the remedy failed."""
        return self.seeds(self.kind == "problem")

    @property
    def first_that_matters(self) -> Simulation:
        """The run of the first of these seeds, of which there must be one."""
        first = self.seeds_that_matter[0]
        return next(r.simulation for r in self.results if r.simulation.seed == first)

    def to_json(self) -> dict[str, Any]:
        """Hit rate and seeds, for machines."""
        counts: dict[str, int] = {}
        for result in self.results:
            for name in result.found:
                counts[name] = counts.get(name, 0) + 1
        return {
            "scenario": self.scenario,
            "variant": self.variant,
            "kind": self.kind,
            "by_chance": self.by_chance,
            "only_in_its_story": self.only_in_its_story,
            "runs": len(self.results),
            "as_expected": self.as_expected,
            "hit_rate": self.hit_rate,
            "seeds": self.seeds_that_matter,
            "unknown_seeds": self.seeds(None),
            "anomalies": dict(sorted(counts.items())),
        }
