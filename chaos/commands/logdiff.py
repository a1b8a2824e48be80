"""`./lab logdiff`: one write in the four replication logs, byte by byte."""

from pathlib import Path
from typing import Annotated

import typer

from chaos.judging.verdict import WRONG_USAGE


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("logdiff")(logdiff)


def logdiff(
    sql: Annotated[
        list[str] | None,
        typer.Argument(metavar="SQL…", help="The statements of one transaction; without any, an example."),
    ] = None,
    param: Annotated[
        list[str] | None,
        typer.Option(
            metavar="VALUE",
            help="Value of the next ? in the SQL: a JSON number, string or null; anything else is text.",
        ),
    ] = None,
    before: Annotated[
        list[str] | None,
        typer.Option(metavar="SQL", help="SQL to execute first, each in its own transaction."),
    ] = None,
    most: Annotated[
        int, typer.Option("--bytes", min=0, metavar="N", help="Bytes to dump of each log; 0: none.")
    ] = 512,
    full: Annotated[bool, typer.Option("--full", help="Dump all bytes, not only new ones.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of rand().")] = 1,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Also write a page.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show one write as statements, as pages of SQLite's own log, as rows, and in an outbox of triggers.

    The write is executed under each log, on the lab's demonstration tables in a temporary directory; the
    bytes that a follower would get are shown, and one applies them. Exit code 2 for SQL that the lab's door
    does not let in.
    """
    from chaos.commands import comparing  # rich and SQLite would cost every start of the lab their time
    from services.errors import LabError

    try:
        request = comparing.request(sql or (), param or (), before or ())
        comparison = comparing.compared(request, seed)
    except LabError as error:
        typer.echo(f"lab: {error.kind.code}: {comparing.visible(error.text)}", err=True)
        raise typer.Exit(WRONG_USAGE) from error
    if html:
        comparing.write_page(comparison, html)
    if as_json:
        comparing.print_json(comparison)
    else:
        comparing.print_all(comparison, None if full else most, html)
