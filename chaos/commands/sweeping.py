"""What `./lab sweep`, `replay` and `shrink` do."""

import json
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

import typer
from rich.box import SIMPLE
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

from chaos.catalogue import discover
from chaos.cluster import ClusterError
from chaos.judging.verdict import AS_EXPECTED, INTERRUPTED, NOT_AS_EXPECTED, exit_code
from chaos.recording.folder import RunFolder
from chaos.report.words import headline, sentences
from chaos.runtimes.dask_cluster import on_dask
from chaos.runtimes.registry import RUNTIMES
from chaos.runtimes.workers import in_processes
from chaos.sessions.session import Outcome
from chaos.sessions.simulate import Simulation, save, steps
from chaos.sessions.task import Task, tasks
from chaos.sweeping.shrink import Shrinker, anomalies_of
from chaos.sweeping.sweep import Result, Summary, run_one, simulations

SHOWN_RUNS = 8
WORDS = {True: "as expected", False: "not as expected", None: "unknown"}
NOTHING_PROMISED = "nothing promised"
RECORDED = ("history.jsonl", "events.jsonl")

Spread: TypeAlias = Callable[
    [Callable[[Simulation], Result], Iterable[Simulation]], Generator[Result, None, None]
]


def report(
    names: Sequence[str],
    seeds: range,
    by_chance: bool,
    workers: int,
    dask: str | None,
    out: Path,
    as_json: bool,
) -> int:
    """Sweep, say what came of it, keep the first run that matters of each variant; the exit code.

    Ctrl-C ends it early, and what was found until then is told.
    """
    chosen = list(tasks(discover.select(names), RUNTIMES["sim"], seed=seeds[0]))
    spread: Spread = partial(on_dask, address=dask) if dask else partial(in_processes, workers=workers)
    summaries: list[Summary] = []
    try:
        _sweep_all(chosen, seeds, by_chance, spread, summaries)
    except KeyboardInterrupt:
        _show([summary for summary in summaries if summary.results], as_json)
        typer.echo("interrupted: only what was found so far", err=True)
        return INTERRUPTED
    _show(summaries, as_json)
    folders = [save(each.first_that_matters, out).folder for each in summaries if each.seeds_that_matter]
    for folder in folders:
        typer.echo(f"kept: {folder}; next: ./lab replay {folder}, or ./lab shrink {folder}", err=as_json)
    crashed = any(result.crashed for summary in summaries for result in summary.results)
    return exit_code((summary.as_expected for summary in summaries), crashed)


def run_again(path: Path, out: Path) -> int:
    """Replay the run in `path`; the exit code. Raises `ClusterError` when there is nothing to replay."""
    simulation = _simulation_in(path)
    missing = [name for name in RECORDED if not (path / name).exists()]
    if missing:
        again = f"{simulation.scenario}:{simulation.variant} --on sim --seed {simulation.seed}"
        raise ClusterError(
            f"the run in {path} has no {' and no '.join(missing)}, so there is nothing to compare a replay "
            f"with; ./lab run {again} makes it anew"
        )
    outcome = save(simulation, out)
    _tell(outcome)
    different = [name for name in RECORDED if _read(path, name) != _read(outcome.folder, name)]
    if different:
        typer.echo(f"another recording: {', '.join(different)} differ, so the code has changed since")
        return NOT_AS_EXPECTED
    typer.echo(f"the same, byte for byte: {', '.join(RECORDED)}")
    return AS_EXPECTED


def make_smaller(path: Path, out: Path) -> int:
    """Shrink the run in `path`; the exit code. Raises `ClusterError` when there is nothing to shrink."""
    simulation = _simulation_in(path)
    found = anomalies_of(simulation)
    if not found:
        raise ClusterError(f"the run in {path} shows no anomaly, so there is nothing to make smaller")
    typer.echo(f"shows {', '.join(found)}; looking for less that shows it too …")
    shrinker = Shrinker(simulation, found, typer.echo)
    smallest = shrinker.smallest()
    outcome = save(smallest, out)
    typer.echo("\n  ".join([f"after {shrinker.runs} runs, this is left:", *steps(smallest)]))
    _tell(outcome)
    return AS_EXPECTED


def _simulation_in(path: Path) -> Simulation:
    try:
        return Simulation.from_json(RunFolder(path).read_json("run.json"))
    except (OSError, ValueError) as error:
        raise ClusterError(f"the run in {path} cannot be replayed: {error}") from error


def _tell(outcome: Outcome) -> None:
    verdict = outcome.verdict
    story = "; ".join(sentences(verdict.problems, verdict.anomalies))
    typer.echo(f"{headline(verdict.kind, verdict.as_expected)}: {story}\nfolder: {outcome.folder}")


def _read(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()


def _sweep_all(
    chosen: Sequence[Task], seeds: range, by_chance: bool, spread: Spread, summaries: list[Summary]
) -> None:
    """Fill `summaries`, the last of which grows while its variant is swept."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for task in chosen:
            bar = progress.add_task(task.name, total=len(seeds))
            scenario, variant, results = task.scenario.id, task.variant, list[Result]()
            about = (variant.kind, by_chance, results, variant.only_in_its_story)
            summaries.append(Summary(scenario, variant.name, *about))
            runs = simulations(scenario, variant.name, seeds, by_chance)
            with closing(spread(run_one, runs)) as done:  # so that Ctrl-C ends what is under way, too
                for result in done:
                    results.append(result)
                    progress.advance(bar)


def _show(summaries: Sequence[Summary], as_json: bool) -> None:
    if as_json:
        print(json.dumps([summary.to_json() for summary in summaries], indent=2))
        return
    Console().print(tabled(summaries))
    for summary in summaries:
        if seeds := seeds_of(summary):
            typer.echo(f"{summary.name}: {seeds}")
        if reason := summary.promises_nothing:
            typer.echo(
                f"{summary.name} holds in its own story, and promises nothing under other faults: {reason}"
            )
        if doubtful := [result for result in summary.results if result.as_expected is None]:
            first = min(doubtful, key=lambda result: result.simulation.seed)
            typer.echo(f"{summary.name}, seed {first.simulation.seed}: {'; '.join(first.problems)}")


def tabled(summaries: Sequence[Summary]) -> Table:
    """A line for each variant; only its name is folded where the window is narrow."""
    whole = (Column(name, no_wrap=True) for name in ("kind", "hits", "outcome"))
    table = Table(Column("variant", overflow="fold"), *whole, box=SIMPLE)
    for summary in summaries:
        table.add_row(
            summary.name,
            summary.kind,
            f"{len(summary.seeds_that_matter)} of {len(summary.results)} ({summary.hit_rate:.1%})",
            NOTHING_PROMISED if summary.promises_nothing else WORDS[summary.as_expected],
        )
    return table


def seeds_of(summary: Summary) -> str:
    """Which seeds hit, and of which nobody knows; a line of its own, as they need room. Empty without any."""
    groups = (("seeds", summary.seeds_that_matter), ("unknown:", summary.seeds(None)))
    return "; ".join(f"{name} {_listed(seeds)}" for name, seeds in groups if seeds)


def _listed(seeds: Sequence[int]) -> str:
    """For instance `1..8 11 13..20 …`."""
    runs = [list(run) for _, run in groupby(enumerate(seeds), lambda place: place[1] - place[0])]
    parts = [str(run[0][1]) if len(run) == 1 else f"{run[0][1]}..{run[-1][1]}" for run in runs]
    return " ".join(parts[:SHOWN_RUNS]) + (" …" if len(parts) > SHOWN_RUNS else "")
