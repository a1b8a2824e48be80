"""`./lab tour`: the three families in ten minutes, one command after the other, with pauses to read."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from chaos.catalogue.tour import STEPS
from chaos.commands.run import ON, RUNS


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("tour")(tour)


def tour(
    context: typer.Context,
    on: Annotated[str, ON] = "sim",
    first: Annotated[
        int, typer.Option("--from", min=1, max=len(STEPS), metavar="STEP", help="Start at this step.")
    ] = 1,
    only_list: Annotated[bool, typer.Option("--list", help="Show the steps without running them.")] = False,
    out: Annotated[Path, typer.Option(help="Directory for the runs' folders.", show_default="runs")] = RUNS,
) -> None:
    """See the three families at work in ten minutes: each step is a command that you can repeat.

    Before each step you read what to look for; Enter runs it, s skips it, q leaves. Without a terminal
    nothing waits. Exit code: 0, or that of the last step that did not go as expected.
    """
    from chaos.commands.touring import Guide

    perform = partial(context.find_root().command.main, prog_name="./lab", standalone_mode=False)
    guide = Guide(perform, on, out)
    if only_list:
        guide.show_list()
        return
    raise typer.Exit(guide.lead(first))
