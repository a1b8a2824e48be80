"""What somebody sees who watches `./lab run`: the seed first, then each happening as it happens.

At the end a table names what was not as expected, and why, for nobody scrolls back through 29 stories.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from chaos.commands.pace import Pace
from chaos.report.outcome import why, word
from chaos.report.words import counted, headline, price, sentences
from chaos.running.narrator import Tone
from chaos.sessions.session import Outcome
from chaos.sessions.task import Task

COLOURS: dict[Tone, str | None] = {"plain": None, "fault": typer.colors.YELLOW, "node": typer.colors.CYAN}
VERDICT_COLOURS = {True: typer.colors.GREEN, False: typer.colors.RED, None: typer.colors.YELLOW}
LONGEST_REASON = 300  # the page has it in full
MARKS = {True: "✓", False: "✗", None: "?"}


class Screen:
    """Prints to standard output, or to standard error when that is needed for JSON.

    A `quiet` one leaves out the stories, and keeps the verdicts.
    """

    def __init__(self, to_stderr: bool, quiet: bool = False) -> None:
        self._to_stderr, self._quiet = to_stderr, quiet

    @property
    def options(self) -> tuple[str, ...]:
        """What makes another command say as much as this one."""
        return ("--quiet",) if self._quiet else ()

    def opening(self, pace: Pace, runtime: str, seed: int, jobs: int) -> None:
        """Before anything starts: how many variants will run, from which seed, and how long it takes."""
        how = [f"{jobs} side by side"] * (jobs > 1) + [pace.left()] * (pace.total > 0)
        self._line(
            f"{counted(pace.total, 'variant')} on {runtime}, seed {seed}; {', '.join(how)} …", bold=True
        )

    def starting(self, text: str) -> None:
        """What the start of a cluster is at."""
        if not self._quiet:
            self._line(f"  {text} …", typer.colors.BRIGHT_BLACK)

    def skipped(self, name: str, runtime: str, reason: str) -> None:
        """A variant that does not run on that runtime, and why."""
        self._line(f"skipped on {runtime}: {name} ({reason})")

    def begin(self, task: Task, pace: Pace | None) -> None:
        """A variant begins: the third of five, say, with so long to go."""
        if self._quiet:
            return
        promise = "must show" if task.variant.kind == "problem" else "must be free of"
        anomalies = ", ".join(task.scenario.judged_for(task.variant))
        self._line(f"\n{_place(pace)}{task.name}  ({task.variant.kind}: {promise} {anomalies})", bold=True)
        self._line(f"  repeat: {task.command}")
        if pace and 1 < pace.number < pace.total:
            self._line(f"  {pace.left()} to go")

    def happening(self, second: float, text: str, tone: Tone) -> None:
        """Something happened, `second` seconds into the run."""
        if self._quiet:
            return
        mark = {"plain": " ", "fault": "⚡", "node": "·"}[tone]
        self._line(f"  {second:7.3f} s {mark} {text}", COLOURS[tone])

    def end(self, task: Task, outcome: Outcome, pace: Pace | None) -> None:
        """A variant has its verdict: in one line, with what else was found below it."""
        verdict = outcome.verdict
        colour = VERDICT_COLOURS[verdict.as_expected]
        said = f"{MARKS[verdict.as_expected]} {task.name}  {headline(verdict.kind, verdict.as_expected)}"
        if self._quiet:
            self._line(f"{_place(pace)}{said}", colour)
            return
        begin = f"{said}   "
        story = ("\n" + " " * len(begin)).join(sentences(verdict.problems, verdict.anomalies))
        self._line(begin + story, colour, bold=True)
        self._line(f"  {price(verdict.measures)}")
        self._line(f"  folder: {_from_here(outcome.folder)}")

    def story(self, text: str) -> None:
        """All that a command has said which ran variants beside others."""
        self._line(text.rstrip())

    def so_far(self, pace: Pace) -> None:
        """How many of those that run side by side are over."""
        if pace.number <= pace.total and not self._quiet:
            self._line(f"\n{pace.number - 1} of {pace.total} are over; {pace.left()} to go")

    def closing(self, verdicts: Sequence[Mapping[str, Any]]) -> None:
        """After the last variant: what was not as expected, and why."""
        others = [verdict for verdict in verdicts if verdict["as_expected"] is not True]
        count = len(verdicts) - len(others)
        self._line(f"\n{count} of {len(verdicts)} as expected" + (", but not:" if others else ""), bold=True)
        if others:
            self._table(others)

    def _table(self, verdicts: Sequence[Mapping[str, Any]]) -> None:
        from rich.box import SIMPLE
        from rich.console import Console
        from rich.table import Column, Table

        whole = [Column(name, no_wrap=True) for name in ("variant", "outcome")]
        table = Table(*whole, Column("why, and where all of it is", overflow="fold"), box=SIMPLE)
        for verdict in verdicts:
            reason = why(verdict)
            shown = reason if len(reason) <= LONGEST_REASON else f"{reason[:LONGEST_REASON]}…"
            name = f"{verdict['scenario']}:{verdict['variant']}"
            mark, where = MARKS[verdict["as_expected"]], _from_here(Path(verdict["folder"]))
            table.add_row(f"{mark} {name}", word(verdict), f"{shown}\n{where}")
        Console(stderr=self._to_stderr, highlight=False, markup=False).print(table)

    def interrupted(self) -> None:
        """Ctrl-C, after everything was cleared away."""
        self._line("\ninterrupted: everything was healed and stopped; what was recorded stays")

    def _line(self, text: str, colour: str | None = None, bold: bool = False) -> None:
        typer.secho(text, fg=colour, bold=bold, err=self._to_stderr)


def _place(pace: Pace | None) -> str:
    """For instance `[3/5] `; without `pace` nobody counts."""
    return f"[{pace.number}/{pace.total}] " if pace else ""


def _from_here(folder: Path) -> Path:
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
