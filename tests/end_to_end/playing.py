"""`./lab run` as somebody types it; what a stall of this machine has spoiled is repeated, up to four times.

A stalled machine says nothing of what runs on it, neither good nor bad. Seventy variants are played; where
every tenth run is spoiled, one of a thousand is so three times in a row. A machine that spoils five in a row
cannot run this.
"""

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from chaos.judging.verdict import STOOD_STILL, UNKNOWN_OUTCOME
from tests.repository import ROOT

SEED = 7
TRIES = 5
Done: TypeAlias = "subprocess.CompletedProcess[str]"
Run: TypeAlias = Callable[[Sequence[str]], Done]


@dataclass(frozen=True)
class Played:
    """What came of several variants: their verdicts, the exit code of the command, and what it said."""

    verdicts: Sequence[Mapping[str, Any]]
    returncode: int
    said: str
    latest: Path  # the folder of the last of them

    def of(self, scenario: str) -> list[Mapping[str, Any]]:
        """The verdicts on one scenario's variants."""
        return [verdict for verdict in self.verdicts if verdict["scenario"] == scenario]

    def and_then(self, other: "Played") -> "Played":
        """What came of both."""
        code = self.returncode or other.returncode
        return Played([*self.verdicts, *other.verdicts], code, self.said + other.said, other.latest)


def lab(*arguments: object, environment: Mapping[str, str] | None = None) -> Done:
    """One command, to its end; `environment` is what it has besides the usual."""
    command = [str(ROOT / "lab"), *map(str, arguments)]
    return subprocess.run(command, env={**os.environ, **(environment or {})}, capture_output=True, text=True)


def play(
    names: Sequence[str],
    on: str,
    out: Path,
    *,
    jobs: int = 1,
    environment: Mapping[str, str] | None = None,
) -> Played:
    """Run these variants with one command, which lets those of one shape share a cluster.

    What a stall has spoiled is repeated alone.
    """

    def run(chosen: Sequence[str]) -> Done:
        side_by_side = jobs if len(chosen) == len(names) else 1
        about = ("--on", on, "--seed", SEED, "--out", out, "--jobs", side_by_side, "--json")
        return lab("run", *chosen, *about, environment=environment)

    return played(run, names)


def played(run: Run, names: Sequence[str]) -> Played:
    """What `run` makes of `names`; those that a stall has spoiled are run again."""
    found = _read(run(names))
    for _ in range(TRIES - 1):
        if not (spoiled := [_name(verdict) for verdict in found.verdicts if is_spoiled(verdict)]):
            break
        found = _with(found, _read(run(spoiled)))
    return found


def _with(before: Played, after: Played) -> Played:
    again = {_name(verdict): verdict for verdict in after.verdicts}
    verdicts = [again.get(_name(verdict), verdict) for verdict in before.verdicts]
    code = after.returncode if before.returncode == UNKNOWN_OUTCOME else before.returncode
    return Played(verdicts, code, before.said + after.said, after.latest)


def unless_spoiled(run: Callable[[], Done]) -> Done:
    """The same for a command whose output is words."""
    for _ in range(TRIES - 1):
        done = run()
        if done.returncode != UNKNOWN_OUTCOME or STOOD_STILL not in done.stdout + done.stderr:
            return done
    return run()


def is_spoiled(verdict: Mapping[str, Any]) -> bool:
    """Is it unknown because this machine stood still? A verdict that is not as expected never is."""
    stalled = any(problem.startswith(STOOD_STILL) for problem in verdict["problems"])
    return verdict["as_expected"] is None and stalled


def _name(verdict: Mapping[str, Any]) -> str:
    return f"{verdict['scenario']}:{verdict['variant']}"


def _read(done: Done) -> Played:
    assert done.stdout, done.stderr
    verdicts = json.loads(done.stdout)
    return Played(verdicts, done.returncode, done.stderr, Path(verdicts[-1]["folder"]))
