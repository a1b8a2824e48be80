"""`./lab edit`: a page on which people edit one text together."""

from typing import Annotated

import typer

from chaos.runtimes import ending

WAY = "lock, last-write-wins, operational-transformation or crdt; the page can switch"


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(edit)


def edit(
    people: Annotated[
        int, typer.Option(min=2, max=4, help="How many people, each with their own device.")
    ] = 2,
    way: Annotated[str, typer.Option(help=WAY)] = "crdt",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the page; 0: any free one.")] = 8090,
) -> None:
    """Edit one text in two browsers, in four ways, with links that you can cut."""
    from chaos.editing.board import WAYS
    from chaos.editing.serving import serve

    if way not in WAYS:
        raise typer.BadParameter(f"there is no {way!r}; choose one of {', '.join(WAYS)}", param_hint="--way")
    ending.run(serve(people, way, port, typer.echo))
