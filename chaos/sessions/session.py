"""One call of `./lab run`: one cluster, on which the chosen variants run one after another.

Starting a cluster is paid once. What one variant leaves behind cannot reach the next, because each
begins with empty data and all links healthy.
"""

import platform
import shlex
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from chaos.catalogue.idea import idea_of
from chaos.cluster.shape import Shape
from chaos.judging.verdict import Verdict
from chaos.recording.folder import RunFolder
from chaos.report.words import opening
from chaos.running.narrator import TellAt
from chaos.running.runner import Stage, play
from chaos.runtimes.registry import Runtime
from chaos.sessions.task import Task
from services.adapters.clock import SystemClock

SCHEDULE = "schedule.json"
SHOWN_VERSIONS = ("apsw", "fastapi", "httpx", "msgspec", "uvicorn")


@dataclass(frozen=True)
class Outcome:
    """What came of a task, and where everything about it lies."""

    verdict: Verdict
    folder: Path

    def to_json(self) -> dict[str, Any]:
        """The verdict with the folder's path beside it."""
        return {**self.verdict.to_json(), "folder": str(self.folder)}


@asynccontextmanager
async def standing(runtime: Runtime, shape: Shape, seed: int, tell: TellAt | None) -> AsyncIterator[Stage]:
    """A cluster with its clients while the block lasts. Raises `ClusterError`."""
    async with runtime.cluster(shape, seed) as cluster, runtime.client(cluster) as client:
        yield Stage(cluster, client, runtime.clock(), tell, runtime.watched)


async def perform(task: Task, stage: Stage, out: Path) -> Outcome:
    """Run one task and fill its folder. Raises `ClusterError` when it could not be run at all."""
    from chaos.report.page import write_page  # here: it needs numpy, and to refuse a wrong name does not

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
