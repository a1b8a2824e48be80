"""A schedule that somebody wrote as a task like any other: a scenario is made around it.

What it must show stands in it. One that says nothing of that must be free of what nobody wants to see.
"""

import re
from dataclasses import replace
from pathlib import Path

from chaos.catalogue.scenario import Scenario, Variant
from chaos.judging.suitable import knows_versions, never_wanted
from chaos.judging.verdict import Kind
from chaos.runtimes.registry import Runtime
from chaos.schedules.perform import script_of
from chaos.schedules.schedule import NEEDS
from chaos.schedules.written import Written, read
from chaos.sessions.session import SCHEDULE
from chaos.sessions.simulate import BY_HAND
from chaos.sessions.task import Task, tasks
from chaos.workloads.register import with_some_written_once
from chaos.workloads.traffic import Workload
from services.settings import CommonSettings, settings_of

LEAST = 20  # acknowledged operations before the first fault, or there is nothing to break


def task_of(path: Path, runtime: Runtime, seed: int) -> Task:
    """The schedule in that file, to be run on `runtime`.

    Raises `WrittenError` for a file that cannot be used, `ClusterError` for what the runtime cannot do.
    """
    written = read(path)
    scenario = scenario_of(written, name_of(path))
    (task,) = tasks([(scenario, scenario.variants)], runtime, seed)
    length_s = written.schedule.ends_ms / 1000
    return replace(task, schedule_file=str(path), document=written.to_json(), length_s=length_s)


def name_of(path: Path) -> str:
    """The file's name as that of a variant. A run's copy has that of the run's."""
    path = path.resolve()
    stem = path.parent.parent.name if path.name == SCHEDULE else path.stem
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-") or "schedule"


def scenario_of(written: Written, name: str) -> Scenario:
    """Its story is the schedule; the one variant is a problem if it must show something."""
    settings = settings_of(written.settings)
    kind: Kind = "problem" if written.finds else "remedy"
    return Scenario(
        id=BY_HAND,
        section="by hand",
        title=written.title,
        script=script_of(written.schedule),
        workload=_workload(written, settings),
        checkers=written.finds or never_wanted(settings.family),
        variants=(Variant(name, kind, {}, written.finds),),
        settings=written.settings,
        shape=written.shape,
        needs=frozenset(need for stroke in written.schedule.strokes for need in NEEDS[stroke.kind]),
        least_before_fault=min(LEAST, written.schedule.before),
    )


def _workload(written: Written, settings: CommonSettings) -> Workload:
    return with_some_written_once(
        writes_per_s=written.writes_per_s,
        reads_per_s=written.reads_per_s,
        knowing=knows_versions(settings.family, getattr(settings, "versions", None)),
    )
