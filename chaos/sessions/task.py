"""What there is to run: one variant on one runtime from one seed; and where a variant can run at all."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from chaos.catalogue.scenario import Scenario, Variant
from chaos.cluster import ClusterError
from chaos.cluster.shape import Shape
from chaos.runtimes.registry import RUNTIMES, Runtime


@dataclass(frozen=True)
class Task:
    """One variant to be run on `runtime` from `seed`.

    `changes` is what of the scenario is not as its file has it, for `run.json`: a schedule of faults, or
    another load.
    """

    scenario: Scenario
    variant: Variant
    runtime: str
    seed: int
    changes: Mapping[str, Any] = field(default_factory=dict)
    schedule_file: str = ""  # where it was read, of a schedule that somebody wrote; see `sessions.written`
    document: Mapping[str, Any] = field(default_factory=dict)  # what stands in it
    length_s: float = 0.0  # from the first fault of that schedule to the end of its traffic

    @property
    def name(self) -> str:
        """As people type it, for instance `split-brain:lease`."""
        return f"{self.scenario.id}:{self.variant.name}"

    @property
    def shape(self) -> Shape:
        """The cluster that it runs on."""
        return self.scenario.shape_for(self.variant)

    @property
    def command(self) -> str:
        """What repeats this run."""
        return self.repeated_by(self.schedule_file)

    def repeated_by(self, schedule_file: str) -> str:
        """The same with the schedule in another place."""
        what = ["--schedule", schedule_file] if schedule_file else [self.name]
        return shlex.join(["./lab", "run", *what, "--on", self.runtime, "--seed", str(self.seed)])


def tasks(
    chosen: Iterable[tuple[Scenario, tuple[Variant, ...]]], runtime: Runtime, seed: int
) -> Iterator[Task]:
    """The variants as tasks. Raises `ClusterError` that says why one cannot run on `runtime`, and where."""
    for scenario, variants in chosen:
        for variant in variants:
            if why := why_not_on(runtime, scenario, variant):
                places = " or ".join(runtimes_of(scenario, variant))
                raise ClusterError(f"{scenario.id}:{variant.name} {why}; run it on {places}")
            yield Task(scenario, variant, runtime.name, seed)


def by_shape(work: Iterable[Task]) -> list[list[Task]]:
    """The tasks in groups that can share a cluster, in the order in which each shape first appears."""
    groups: dict[Shape, list[Task]] = {}
    for task in work:
        groups.setdefault(task.shape, []).append(task)
    return list(groups.values())


def why_not_on(runtime: Runtime, scenario: Scenario, variant: Variant) -> str | None:
    """Why the variant does not run on `runtime`, in words that follow its name; None if it does."""
    reason = obstacle(runtime, scenario, variant)
    return f"does not run on {runtime.name}: {reason}" if reason else None


def obstacle(runtime: Runtime, scenario: Scenario, variant: Variant) -> str | None:
    """What keeps the variant from running on `runtime`, as a clause of its own; None if nothing does."""
    if missing := scenario.needs - runtime.abilities:
        return f"it needs {', '.join(sorted(missing))}, which {runtime.name} cannot do"
    return scenario.not_on_for(variant).get(runtime.name)


def runtimes_of(scenario: Scenario, variant: Variant) -> tuple[str, ...]:
    """The names of the runtimes on which the variant runs."""
    return tuple(name for name, each in RUNTIMES.items() if not why_not_on(each, scenario, variant))
