"""`./lab images`: the container images of a cluster."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("images")(images)


def images(
    offline: Annotated[
        bool, typer.Option("--offline", help="Build stand-ins where no image registry is reachable.")
    ] = False,
) -> None:
    """Pull and build the container images, or build stand-ins under the same names."""
    from chaos.images import build

    build(offline)
