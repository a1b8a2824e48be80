"""How far a command is that runs many variants, and how long the rest will take.

What a variant took the last time is in its folder; where it never ran, the others say what is usual here,
and before any has run, what was usual elsewhere. A schedule from a file says itself how long it lasts, which
comes on top of what is usual. So it is an estimate, and says so.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean

from chaos.sessions.task import Task

USUAL_S: Mapping[str, float] = {"local": 7, "compose": 9, "sim": 1.5}  # measured on two cores
PER_S: Mapping[str, float] = {"sim": 0.03}  # what a second of a schedule takes; elsewhere a second
MINUTE_S = 60


class Pace:
    """Of so many `tasks`, `jobs` at a time, whose runs' folders are in `out`."""

    def __init__(self, tasks: Sequence[Task], out: Path, jobs: int) -> None:
        self.total, self._jobs = len(tasks), jobs
        self._usual_s = USUAL_S.get(tasks[0].runtime, MINUTE_S) if tasks else 0.0
        self._left = {
            task.name: self._usual_s + _schedule_s(task) if task.length_s else _last_s(task, out)
            for task in tasks
        }
        self._took_s: list[float] = []

    @property
    def number(self) -> int:
        """Of the variant that is under way, from 1."""
        return self.total - len(self._left) + 1

    def done(self, name: str, took_s: float) -> None:
        """That one is over, after so many seconds."""
        self._left.pop(name)
        self._took_s.append(took_s)

    def left(self) -> str:
        """For instance `about 40 s`; empty when nothing is left."""
        usual_s = mean(self._took_s) if self._took_s else self._usual_s
        seconds = sum(usual_s if known is None else known for known in self._left.values()) / self._jobs
        return f"about {in_words(seconds)}" if self._left else ""


def in_words(seconds: float) -> str:
    """Rounded, as nobody can know it better: 5 s, 40 s, 3 min."""
    if seconds < 1.5 * MINUTE_S:
        step = 1 if seconds < 10 else 5
        return f"{max(1, round(seconds / step) * step)} s"
    return f"{round(seconds / MINUTE_S)} min"


def _schedule_s(task: Task) -> float:
    """What its schedule takes there; another one may have had its name the last time."""
    return task.length_s * PER_S.get(task.runtime, 1.0)


def _last_s(task: Task, out: Path) -> float | None:
    """What its newest run on that runtime took, if one is there."""
    folder = out / task.scenario.id / task.variant.name
    for path in sorted(folder.glob("*/run.json"), reverse=True):
        try:
            about = json.loads(path.read_text("utf-8"))
            if about["runtime"] == task.runtime and about.get("finished"):
                return float(about["duration_s"])
        except (OSError, ValueError, KeyError, TypeError):  # half written, or somebody else's
            continue
    return None
