"""One call of `./lab run`: one cluster, on which the chosen variants run one after another.

Starting a cluster is paid once. What one variant leaves behind cannot reach the next, because each
begins with empty data and all links healthy.
"""

import platform
import shlex
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from chaos.catalogue.idea import idea_of
from chaos.catalogue.scenario import Scenario, Variant
from chaos.cluster import ClusterError
from chaos.cluster.shape import Shape
from chaos.judging.verdict import Verdict
from chaos.recording.folder import RunFolder
from chaos.report.page import write_page
from chaos.report.words import opening
from chaos.running.narrator import TellAt
from chaos.running.runner import Stage, play
from chaos.runtimes.registry import RUNTIMES, Runtime
from services.adapters.clock import SystemClock

SCHEDULE = "schedule.json"
SHOWN_VERSIONS = ("apsw", "fastapi", "httpx", "msgspec", "uvicorn")


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


@dataclass(frozen=True)
class Outcome:
    """What came of a task, and where everything about it lies."""

    verdict: Verdict
    folder: Path

    def to_json(self) -> dict[str, Any]:
        """The verdict with the folder's path beside it."""
        return {**self.verdict.to_json(), "folder": str(self.folder)}


def tasks(
    chosen: Iterable[tuple[Scenario, tuple[Variant, ...]]], runtime: Runtime, seed: int
) -> Iterator[Task]:
    """The variants as tasks. Raises `ClusterError` that says why one cannot run on `runtime`, and where."""
    for scenario, variants in chosen:
        for variant in variants:
            if reason := why_not_on(runtime, scenario, variant):
                places = " or ".join(runtimes_of(scenario, variant))
                raise ClusterError(f"{scenario.id}:{variant.name} {reason}; run it on {places}")
            yield Task(scenario, variant, runtime.name, seed)


def by_shape(work: Iterable[Task]) -> list[list[Task]]:
    """The tasks in groups that can share a cluster, in the order in which each shape first appears."""
    groups: dict[Shape, list[Task]] = {}
    for task in work:
        groups.setdefault(task.shape, []).append(task)
    return list(groups.values())


def why_not_on(runtime: Runtime, scenario: Scenario, variant: Variant) -> str | None:
    """Why the variant does not run on `runtime`, in words that follow its name; None if it does."""
    if missing := scenario.needs - runtime.abilities:
        return f"needs {', '.join(sorted(missing))}, which {runtime.name} cannot do"
    reason = scenario.not_on_for(variant).get(runtime.name)
    return f"makes no sense on {runtime.name}: {reason}" if reason else None


def runtimes_of(scenario: Scenario, variant: Variant) -> tuple[str, ...]:
    """The names of the runtimes on which the variant runs."""
    return tuple(name for name, each in RUNTIMES.items() if not why_not_on(each, scenario, variant))


@asynccontextmanager
async def standing(runtime: Runtime, shape: Shape, seed: int, tell: TellAt | None) -> AsyncIterator[Stage]:
    """A cluster with its clients while the block lasts. Raises `ClusterError`."""
    async with runtime.cluster(shape, seed) as cluster, runtime.client(cluster) as client:
        yield Stage(cluster, client, runtime.clock(), tell, runtime.watched)


async def perform(task: Task, stage: Stage, out: Path) -> Outcome:
    """Run one task and fill its folder. Raises `ClusterError` when it could not be run at all."""
    clock = SystemClock()
    began_s, began = clock.wall(), clock.monotonic()
    folder = RunFolder.create(out, task.scenario.id, task.variant.name, began_s)
    about = describe(task, began_s)
    if task.document:
        folder.write_json(SCHEDULE, task.document)
        about["command"] = task.repeated_by(str(folder.path / SCHEDULE))
    elif task.changes:
        about["command"] = shlex.join(["./lab", "replay", str(folder.path)])
    folder.write_json("run.json", {**about, "finished": False})
    stage.cluster.tell(f"{task.name} begins, seed {task.seed}: {task.scenario.title}")
    verdict = await play(stage, task.scenario, task.variant, task.seed, folder)
    about |= {"finished": True, "duration_s": round(clock.monotonic() - began, 3)}
    folder.write_json("run.json", {**about, "problems": verdict.problems})
    folder.write_json("verdict.json", verdict.to_json())
    said = opening(verdict)
    stage.cluster.tell(f"{task.name} is over, {said.word}: {said.sentence}")
    write_page(folder, about, verdict)
    return Outcome(verdict, folder.path)


def describe(task: Task, began_s: float) -> dict[str, Any]:
    """The content of `run.json` as far as it is known before the run."""
    return {
        "scenario": task.scenario.id,
        "title": task.scenario.title,
        "idea": idea_of(task.scenario.id),
        "variant": task.variant.name,
        "kind": task.variant.kind,
        "judged": task.scenario.judged_for(task.variant),
        "checkers": task.scenario.checkers_for(task.variant),
        "bounds_ms": dict(task.scenario.bounds_ms),
        **({"model": task.scenario.model} if task.scenario.model else {}),
        "runtime": task.runtime,
        "seed": task.seed,
        "shape": msgspec.to_builtins(task.shape),
        "options": msgspec.to_builtins(task.scenario.settings_of(task.variant)),
        "versions": versions(),
        "start": datetime.fromtimestamp(began_s, UTC).isoformat(timespec="milliseconds"),
        "command": task.command,
        **task.changes,
    }


def versions() -> dict[str, str]:
    """What the run was made with."""
    from importlib.metadata import version  # here, because every start of the lab would pay for it

    packages = {name: version(name) for name in SHOWN_VERSIONS}
    system = f"{platform.system()} {platform.release()}"  # the longer platform() would start a process
    return {"python": platform.python_version(), "system": system, **packages}
