"""`./lab quorum-table`: n, w and r against what was measured, with the prediction beside it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from chaos.commands.sweep import seeds_in

MOST_HOMES = 7  # of more there are more rows than anybody reads


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("quorum-table")(quorum_table)


def quorum_table(
    n: Annotated[
        list[int] | None, typer.Option("--n", min=1, max=MOST_HOMES, help="Number of homes of each key.")
    ] = None,
    seeds: Annotated[str, typer.Option(metavar="A..B", help="Range of seeds, both ends included.")] = "1..3",
    reads: Annotated[int, typer.Option(min=100, max=10_000, help="Reads per run.")] = 600,
    workers: Annotated[int, typer.Option(min=1, help="Number of processes.")] = os.cpu_count() or 1,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with the curves.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Measure every w and r for n homes (by default 3 and 5) in simulation, next to the prediction.

    Availability with 0, 1, 2 … dead homes; stale reads, and how soon they end; latency.
    """
    from chaos.commands.tabling import tabulate

    sizes = list(dict.fromkeys(n or (3, 5)))
    tabulate(sizes, seeds_in(seeds), reads, workers, html, as_json)
