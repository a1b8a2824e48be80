"""`./lab doctor`: what this machine has and what it lacks for each runtime."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from chaos.commands.examining import examine


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("doctor")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    remove: Annotated[
        str | None, typer.Option(metavar="LAB-…", help="Remove the containers that a killed run left behind.")
    ] = None,
) -> None:
    """Show what this machine has and lacks for each runtime, and how to get it."""
    if remove is not None:
        from chaos.runtimes import left_behind

        left_behind.remove(remove)
    if as_json:
        print(json.dumps([asdict(finding) for finding in examine()], indent=2))
        return
    for finding in examine():
        mark, colour = ("✓", typer.colors.GREEN) if finding.there else ("✗", typer.colors.YELLOW)
        remedy = "" if finding.there or finding.remedy == finding.detail else f"; {finding.remedy}"
        typer.secho(f"{mark} {finding.runtime:<18} {finding.what}: {finding.detail}{remedy}", fg=colour)
