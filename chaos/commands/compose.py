"""`./lab compose`: the Compose file of a cluster of any shape."""

from typing import Annotated

import typer

from chaos.cluster.shape import MOST_REPLICAS


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("compose")(compose)


def compose(
    nodes: Annotated[int, typer.Option(min=1, max=MOST_REPLICAS, help="How many replicas.")] = 3,
    gateways: Annotated[int, typer.Option(min=1, max=MOST_REPLICAS, help="How many gateways.")] = 2,
) -> None:
    """Print the Compose file of a cluster of this shape; save it next to docker-compose.yml."""
    from chaos.cluster.shape import Shape
    from chaos.runtimes.compose_file import compose_text

    typer.echo(compose_text(Shape(nodes, gateways)), nl=False)
