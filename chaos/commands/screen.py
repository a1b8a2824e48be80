"""What somebody sees who watches `./lab run`: the seed first, then each happening as it happens."""

from collections.abc import Sequence
from pathlib import Path

import typer

from chaos.report.words import headline, price, sentences
from chaos.running.narrator import Tone
from chaos.sessions.session import Outcome, Task

COLOURS: dict[Tone, str | None] = {"plain": None, "fault": typer.colors.YELLOW, "node": typer.colors.CYAN}
VERDICT_COLOURS = {True: typer.colors.GREEN, False: typer.colors.RED, None: typer.colors.YELLOW}
MARKS = {True: "✓", False: "✗", None: "?"}


class Screen:
    """Prints to standard output, or to standard error when that is needed for JSON."""

    def __init__(self, to_stderr: bool) -> None:
        self._to_stderr = to_stderr

    def opening(self, count: int, runtime: str, seed: int, jobs: int) -> None:
        """Before anything starts: how many variants will run, and from which seed."""
        how = "starting the cluster" if jobs == 1 else f"{jobs} side by side"
        self._line(f"{count} variants on {runtime}, seed {seed}; {how} …", bold=True)

    def left_out(self, name: str, reason: str) -> None:
        """A variant that is not run here."""
        self._line(f"left out: {name} {reason}")

    def begin(self, task: Task) -> None:
        """A variant begins."""
        promise = "must show" if task.variant.kind == "problem" else "must be free of"
        anomalies = ", ".join(task.scenario.judged_for(task.variant))
        self._line(f"\n{task.name}  ({task.variant.kind}: {promise} {anomalies})", bold=True)
        self._line(f"  repeat: {task.command}")

    def happening(self, second: float, text: str, tone: Tone) -> None:
        """Something happened, `second` seconds into the run."""
        mark = {"plain": " ", "fault": "⚡", "node": "·"}[tone]
        self._line(f"  {second:7.3f} s {mark} {text}", COLOURS[tone])

    def end(self, task: Task, outcome: Outcome) -> None:
        """A variant has its verdict: in one line, with what else was found below it."""
        verdict = outcome.verdict
        begin = f"{MARKS[verdict.as_expected]} {task.name}  {headline(verdict.kind, verdict.as_expected)}   "
        story = ("\n" + " " * len(begin)).join(sentences(verdict.problems, verdict.anomalies))
        self._line(begin + story, VERDICT_COLOURS[verdict.as_expected], bold=True)
        self._line(f"  {price(verdict.measures)}")
        self._line(f"  folder: {_from_here(outcome.folder)}")

    def story(self, text: str) -> None:
        """All that a command has said which ran variants beside others."""
        self._line(text.rstrip())

    def closing(self, as_expected: Sequence[bool | None]) -> None:
        """After the last variant."""
        self._line(f"\n{as_expected.count(True)} of {len(as_expected)} as expected", bold=True)

    def interrupted(self) -> None:
        """Ctrl-C, after everything was cleared away."""
        self._line("\ninterrupted: everything was healed and stopped; what was recorded stays")

    def _line(self, text: str, colour: str | None = None, bold: bool = False) -> None:
        typer.secho(text, fg=colour, bold=bold, err=self._to_stderr)


def _from_here(folder: Path) -> Path:
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
