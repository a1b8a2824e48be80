"""`./lab run`: scenarios on a cluster of their own, with progress and a verdict for each variant."""

import asyncio
import json
import secrets
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Annotated, NoReturn

import typer

from chaos.catalogue import discover
from chaos.catalogue.discover import UnknownNameError
from chaos.catalogue.scenario import Scenario, Variant
from chaos.commands import completion
from chaos.commands.choosing import of_a_project
from chaos.commands.in_turn import in_turn
from chaos.commands.pace import Pace
from chaos.commands.screen import Screen
from chaos.commands.side_by_side import Document, side_by_side
from chaos.judging.verdict import INTERRUPTED, WRONG_USAGE, exit_code
from chaos.runtimes import ending, progress
from chaos.runtimes.registry import RUNTIMES, Runtime
from chaos.sessions.session import Outcome, perform, standing
from chaos.sessions.task import Task, by_shape, obstacle, tasks

ON = typer.Option(help=f"The runtime: {' or '.join(RUNTIMES)}.", autocompletion=completion.of(RUNTIMES))
RUNS = Path(__file__).resolve().parents[2] / "runs"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("run")(of_a_project(run))


def run(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="ID[:VARIANT]", autocompletion=completion.names)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Run every scenario.")] = False,
    on: Annotated[str, ON] = "local",
    seed: Annotated[
        int | None, typer.Option(help="Seed of every random choice (default: a new one).")
    ] = None,
    out: Annotated[Path, typer.Option(help="Directory for the runs' folders.", show_default="runs")] = RUNS,
    schedule: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Inject the faults that this file lists, on the cluster it names."),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=16, help="How many variants to run in parallel.")] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the verdicts.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    part: Annotated[bool, typer.Option(hidden=True, help="Leave out the first and the last line.")] = False,
) -> None:
    """Run the named variants (a bare ID: all of its variants), and judge them by what clients saw.

    Exit code: 0 as expected, 1 not as expected, 2 wrong usage, 3 unknown, 4 could not run.
    """
    if [bool(names), everything, schedule is not None].count(True) != 1:
        _complain("name the scenarios to run, or say --all, or --schedule FILE; `./lab list` shows them")
    discover.nearest("runtime", on, RUNTIMES)
    if jobs > 1 and schedule:
        _complain("--jobs is for several variants, and a schedule is one; leave it out")
    if jobs > 1 and on == "compose":
        raise UnknownNameError("--jobs is for local and sim; on compose all variants share one cluster")
    runtime, seed = RUNTIMES[on], secrets.randbits(32) if seed is None else seed
    screen = Screen(to_stderr=as_json, quiet=quiet)
    work = _work(names or (), schedule, runtime, seed, screen)
    out.mkdir(parents=True, exist_ok=True)  # before anything starts that would have to be stopped again
    pace = None if part else Pace(work, out, jobs)
    if pace:
        screen.opening(pace, runtime.name, seed, jobs)
    try:
        verdicts = _perform_all(work, runtime, seed, out.resolve(), screen, jobs, pace)
    except KeyboardInterrupt:
        screen.interrupted()
        raise typer.Exit(INTERRUPTED) from None
    as_expected = [verdict["as_expected"] for verdict in verdicts]
    if not part:
        screen.closing(verdicts)
    if as_json:
        print(json.dumps(verdicts, indent=2))
    crashed = any("crashed" in finding for verdict in verdicts for finding in verdict["anomalies"])
    raise typer.Exit(exit_code(as_expected, crashed))


def _work(
    names: Sequence[str], schedule: Path | None, runtime: Runtime, seed: int, screen: Screen
) -> list[Task]:
    """What is to be run. Ends the command where the schedule's file cannot be used."""
    if schedule is None:
        chosen = discover.select(names or discover.scenario_ids())
        return list(tasks(sensible(chosen, runtime, names, screen), runtime, seed))
    from chaos.schedules.telling import WrittenError
    from chaos.sessions.written import task_of

    try:
        return [task_of(schedule, runtime, seed)]
    except WrittenError as error:
        _complain(str(error))


def _complain(text: str) -> NoReturn:
    typer.echo(f"lab: {text}", err=True)
    raise typer.Exit(WRONG_USAGE)


def sensible(
    chosen: discover.Selection, runtime: Runtime, asked_for: Collection[str], screen: Screen
) -> Iterator[tuple[Scenario, tuple[Variant, ...]]]:
    """What of `chosen` makes sense on `runtime`, or was `asked_for` by its own name.

    Of the others it is said why they are skipped.
    """
    for scenario, variants in chosen:
        left = []
        for variant in variants:
            name, reason = f"{scenario.id}:{variant.name}", obstacle(runtime, scenario, variant)
            if reason and name not in asked_for:
                screen.skipped(name, runtime.name, reason)
            else:
                left.append(variant)
        yield scenario, tuple(left)


def _perform_all(
    work: Sequence[Task],
    runtime: Runtime,
    seed: int,
    out: Path,
    screen: Screen,
    jobs: int,
    pace: Pace | None,
) -> list[Document]:
    if jobs > 1 and work:
        assert pace
        return ending.run(side_by_side(work, jobs, out, screen, pace))
    outcomes: list[Outcome] = []
    groups = [
        partial(_perform, group, runtime, seed, out, screen, pace, outcomes)
        for group in ([[task] for task in work] if runtime.repeatable else by_shape(work))
    ]
    for together in [[group] for group in groups] if runtime.repeatable else [groups]:
        runtime.run(in_turn(together))
    return [outcome.to_json() for outcome in outcomes]


async def _perform(
    work: Sequence[Task],
    runtime: Runtime,
    seed: int,
    out: Path,
    screen: Screen,
    pace: Pace | None,
    outcomes: list[Outcome],
    over: asyncio.Event,
) -> None:
    """Perform several tasks of one shape on one cluster, and add what came of them to `outcomes`."""
    with progress.told_to(screen.starting if pace else None):
        began_s = perf_counter()
        async with standing(runtime, work[0].shape, seed, screen.happening) as stage:
            for task in work:
                screen.begin(task, pace)
                outcome = await perform(task, stage, out)
                screen.end(task, outcome, pace)
                outcomes.append(outcome)
                if pace:
                    pace.done(task.name, perf_counter() - began_s)
                began_s = perf_counter()
            over.set()
