"""`./lab sweep`, `replay`, `shrink`: many seeds in simulation, one of them again, and what of it matters."""

import os
import re
from pathlib import Path
from typing import Annotated

import typer

from chaos.commands import completion
from chaos.commands.run import RUNS

FOLDER = typer.Argument(exists=True, file_okay=False, help="The folder of a run on sim.")
OUT = typer.Option(help="Where the runs' folders go.", show_default="runs")
JSON = typer.Option("--json", help="One JSON document on standard output.")


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
    seeds: Annotated[str, typer.Option(metavar="A..B", help="The seeds, both ends included.")],
    by_chance: Annotated[
        bool, typer.Option("--random", help="Faults drawn from the seed, not the scenario's script.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = os.cpu_count() or 1,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A Dask scheduler, to do it.")] = None,
    out: Annotated[Path, OUT] = RUNS,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Run many seeds of each variant in simulation: hit rates, and the seeds that matter.

    A remedy must hold on every seed. Exit code: 0 as expected, 1 not, 2 wrong usage, 3 unknown.
    """
    from chaos.commands.sweeping import report

    raise typer.Exit(report(names, seeds_in(seeds), by_chance, workers, dask, out.resolve(), as_json))


def replay(folder: Annotated[Path, FOLDER], out: Annotated[Path, OUT] = RUNS) -> None:
    """Run it again from its run.json, and say whether the recording is the same, byte for byte.

    Exit code: 0 the same, 1 another one (the code has changed since), 4 it cannot be run again.
    """
    from chaos.commands.sweeping import run_again

    raise typer.Exit(run_again(folder, out.resolve()))


def shrink(folder: Annotated[Path, FOLDER], out: Annotated[Path, OUT] = RUNS) -> None:
    """Find the smallest schedule, load and time that still show the anomaly; saved as a run of its own."""
    from chaos.commands.sweeping import make_smaller

    raise typer.Exit(make_smaller(folder, out.resolve()))
