"""`./lab promote`, `handover`, `join`, `maintenance`, `replication`: who leads and who follows."""

from typing import Annotated

import typer

from chaos.commands.choosing import of_a_project
from chaos.runtimes import ending
from services.single_leader.acknowledgement import RULES


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(of_a_project(promote))
    app.command()(of_a_project(handover))
    app.command()(of_a_project(join))
    app.command()(of_a_project(maintenance))
    app.command()(of_a_project(replication))


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


def replication(
    rule: Annotated[str, typer.Argument(metavar="RULE", help=f"{', '.join(RULES)}, or n2=sync,n3=async.")],
) -> None:
    """Let the leader acknowledge by another rule from now on, while it goes on leading.

    With `n2=sync,n3=async` a write waits for n2 and not for n3; who is not named is asynchronous. Returns
    when all that was acknowledged is held as the new rule demands it.
    """
    from chaos.by_hand import leading
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(leading.replicate, rule)))


def maintenance(
    node: Annotated[str, typer.Argument(metavar="NODE", help="A replica.")],
    over: Annotated[bool, typer.Option("--over", help="It is over: start the node again.")] = False,
) -> None:
    """Stop NODE as planned: it hands over if it leads, and no write waits for it meanwhile.

    Nobody has to notice by a timeout that it is gone. With --over it starts again on its disk,
    and writes wait for it again where they did before.
    """
    from chaos.by_hand import maintenance as by_plan
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(by_plan.end if over else by_plan.begin, node)))


def join(
    node: Annotated[
        str | None, typer.Argument(metavar="[NODE]", help="Who is in reserve (default: the first).")
    ] = None,
) -> None:
    """Let a new follower join while clients go on: it takes a copy of the leader's data, then its log.

    Machines are kept in reserve by `./lab up --spares 1`. Returns when the leader counts the new one.
    """
    from chaos.by_hand import joining
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(joining.join, node)))
