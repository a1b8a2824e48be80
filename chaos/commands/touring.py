"""What `./lab tour` does: it says what to look for, waits, runs the command, and says what was seen.

A step is run by the same code as if somebody had typed it, in this process. So Ctrl-C ends it as it ends
any command, which clears away whatever it had started.
"""

import shlex
import sys
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec
import typer

from chaos.catalogue.names import nearest
from chaos.catalogue.tour import MINUTES, SEED, STEPS, Step
from chaos.cluster import ClusterError
from chaos.commands.run import RUNS
from chaos.judging.verdict import COULD_NOT_RUN, INTERRUPTED, Verdict
from chaos.recording.folder import LATEST, RunFolder
from chaos.report.words import counted, opening
from chaos.runtimes.registry import RUNTIMES

Wish: TypeAlias = Literal["run", "skip", "leave"]
WISHES: dict[str, Wish] = {"": "run", "s": "skip", "q": "leave"}
WIDTH = 80
AGAIN = "Repeat the command by yourself: on a machine that is very busy, timeouts strike by chance."
LAST_WORDS = """\
The tour ends here. What you can do next:
  ./lab up          a cluster to break by hand; ./lab page draws it in the browser
  ./lab list        every scenario, and what each of its variants shows
  ./lab tour --on local
                    the same steps on real processes"""


class Guide:
    """Leads through the steps on one runtime; the runs' folders go to `out`."""

    def __init__(self, perform: Callable[[list[str]], Any], runtime: str, out: Path) -> None:
        """`perform` runs one command of the lab by its arguments; it returns its exit code if it has one.

        Raises `UnknownNameError` for a runtime that there is not.
        """
        nearest("runtime", runtime, RUNTIMES)
        self._perform, self._runtime, self._out = perform, runtime, out

    def show_list(self) -> None:
        """Every step: its number, and the command that repeats it."""
        chapter = ""
        for number, step in enumerate(STEPS, 1):
            if step.chapter != chapter:
                chapter = step.chapter
                typer.secho(chapter, bold=True)
            typer.echo(f"{number:4}  {_typed(self._arguments(step))}")

    def lead(self, first: int) -> int:
        """Through all steps from `first` on; returns the exit code of the last that went otherwise, or 0."""
        waits = somebody_reads()
        _say(
            f"A tour of replication: {counted(len(STEPS), 'step')}, about {MINUTES} minutes to read along. "
            "Each step is one command that you can repeat by yourself."
        )
        if waits:
            _say("Enter runs a step, s skips it, q leaves.")
        code = 0
        for number, step in enumerate(STEPS[first - 1 :], first):
            arguments = self._arguments(step)
            typer.secho(f"\n[{number}/{len(STEPS)}] {step.chapter}: {_typed(arguments)}", bold=True)
            _say(step.look_for)
            wish = _wish() if waits else "run"
            if wish == "leave":
                return code
            if wish == "run":
                code = self._run(step, arguments) or code
        typer.echo(f"\n{LAST_WORDS}")
        return code

    def _run(self, step: Step, arguments: Sequence[str]) -> int:
        """Perform a step and say what was seen; returns its exit code."""
        typer.echo()
        try:
            code = int(self._perform(list(arguments)) or 0)
        except ClusterError as error:
            typer.echo(f"lab: {error}", err=True)
            return COULD_NOT_RUN
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        outcome = self._outcome() if step.command[0] == "run" else ""
        _say(f"\nSeen: {outcome}{step.seen if not code else AGAIN}")
        return code

    def _outcome(self) -> str:
        """The verdict on the run that has just ended, in plain words."""
        said = opening(msgspec.convert(RunFolder(self._out / LATEST).read_json("verdict.json"), Verdict))
        return f"{said.word}, {said.sentence} "

    def _arguments(self, step: Step) -> tuple[str, ...]:
        name = step.command[0]
        if name == "tournament":
            return (*step.command, "--seed", str(SEED))
        elsewhere = () if self._out == RUNS else ("--out" if name == "run" else "--runs", str(self._out))
        how = ("--on", self._runtime, "--seed", str(SEED)) if name == "run" else ()
        return (*step.command, *how, *elsewhere)


def somebody_reads() -> bool:
    """Is there a terminal at both ends, and so somebody to wait for?"""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _wish() -> Wish:
    """What somebody wants who has read; the end of the input is wanting to leave."""
    while True:
        try:
            typed = input("[Enter, s, q] ").strip().lower()
        except EOFError:
            typer.echo()
            return "leave"
        if typed in WISHES:
            return WISHES[typed]


def _typed(arguments: Sequence[str]) -> str:
    return shlex.join(("./lab", *arguments))


def _say(text: str) -> None:
    begin = "\n" if text.startswith("\n") else ""
    typer.echo(begin + textwrap.fill(text.strip(), WIDTH))
