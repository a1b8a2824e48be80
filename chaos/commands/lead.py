"""`./lab promote` and `./lab handover`: who leads the cluster that is up, by an operator's order."""

from typing import Annotated

import typer

from chaos.commands.choosing import of_a_project
from chaos.runtimes import ending


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(of_a_project(promote))
    app.command()(of_a_project(handover))


def promote(
    node: Annotated[str, typer.Argument(metavar="NODE", help="The replica that is to lead.")],
) -> None:
    """Make NODE the leader, after the old one has gone. Refused while that one answers."""
    from chaos.by_hand import leading
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(leading.promote, node)))


def handover(
    node: Annotated[
        str | None, typer.Argument(metavar="[NODE]", help="Who is to lead (default: the leader chooses).")
    ] = None,
) -> None:
    """Let the leader hand over, as before it is stopped: requests wait for a moment, none fails."""
    from chaos.by_hand import leading
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(leading.hand_over, node)))
