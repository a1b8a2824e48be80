"""`./lab page`: the cluster that is up, drawn in the browser, to be broken by hand."""

from typing import Annotated

import typer

from chaos.commands.choosing import of_a_project
from chaos.runtimes import ending


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(of_a_project(page))


def page(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Serve it there; 0: any that is free.")
    ] = None,
) -> None:
    """Watch the cluster that is up in a browser, and break it by clicking."""
    from chaos.page.serving import serve

    ending.run(serve(port, typer.echo))
