"""`./lab sweep`, `replay`, `shrink`: many seeds in simulation, one of them again, and what of it matters."""

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from chaos.commands import completion
from chaos.commands.run import RUNS

FOLDER = typer.Argument(exists=True, file_okay=False, help="The folder of a run on sim.")
OUT = typer.Option(help="Directory for the runs' folders.", show_default="runs")
JSON = typer.Option("--json", help="Print one JSON document.")


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (sweep, replay, shrink):
        app.command()(command)


def seeds_in(text: str) -> range:
    """`A..B`, both included, or one seed. Raises `typer.BadParameter`."""
    match = re.fullmatch(r"(\d+)(?:\.\.(\d+))?", text)
    if match is None or (match[2] and int(match[2]) < int(match[1])):
        raise typer.BadParameter(f"--seeds {text} is not a span of seeds; write 1..200, or 7 for one seed")
    return range(int(match[1]), int(match[2] or match[1]) + 1)


def sweep(
    names: Annotated[list[str], typer.Argument(metavar="ID[:VARIANT]…", autocompletion=completion.names)],
    seeds: Annotated[str, typer.Option(metavar="A..B", help="Range of seeds, both ends included.")],
    by_chance: Annotated[
        bool, typer.Option("--random", help="Draw faults from the seed instead of the scenario's script.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Number of processes.")] = os.cpu_count() or 1,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Use this Dask scheduler.")] = None,
    out: Annotated[Path, OUT] = RUNS,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Run many seeds of each variant in simulation: hit rates, and the seeds worth a look.

    A remedy must hold on every seed. Exit code: 0 as expected, 1 not, 2 wrong usage, 3 unknown.
    """
    from chaos.commands.sweeping import report

    raise typer.Exit(report(names, seeds_in(seeds), by_chance, workers, dask, out.resolve(), as_json))


def replay(folder: Annotated[Path, FOLDER], out: Annotated[Path, OUT] = RUNS) -> None:
    """Repeat a run from its run.json, and compare the recordings byte for byte.

    Exit code: 0 the same, 1 another one (the code has changed since), 4 it cannot be run again.
    """
    from chaos.commands.sweeping import run_again

    raise typer.Exit(run_again(folder, out.resolve()))


def shrink(folder: Annotated[Path, FOLDER], out: Annotated[Path, OUT] = RUNS) -> None:
    """Find the smallest schedule, load and duration that still show the anomaly, and save it as a run."""
    from chaos.commands.sweeping import make_smaller

    raise typer.Exit(make_smaller(folder, out.resolve()))
