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
    node: Annotated[str, typer.Argument(metavar="NODE", help="The new leader.")],
) -> None:
    """Make NODE the leader after the old one has failed. Refused while the old one answers."""
    from chaos.by_hand import leading
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(leading.promote, node)))


def handover(
    node: Annotated[
        str | None, typer.Argument(metavar="[NODE]", help="The new leader (default: the old one chooses).")
    ] = None,
) -> None:
    """Let the leader hand over, as before planned maintenance: requests wait briefly, none fails."""
    from chaos.by_hand import leading
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(leading.hand_over, node)))


def replication(
    rule: Annotated[str, typer.Argument(metavar="RULE", help=f"{', '.join(RULES)}, or n2=sync,n3=async.")],
) -> None:
    """Change the rule by which the leader acknowledges writes, while the cluster runs.

    With `n2=sync,n3=async` a write waits for n2 but not for n3; all others are asynchronous. Returns
    when all that was acknowledged is held as the new rule demands it.
    """
    from chaos.by_hand import leading
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(leading.replicate, rule)))


def maintenance(
    node: Annotated[str, typer.Argument(metavar="NODE", help="A replica.")],
    over: Annotated[bool, typer.Option("--over", help="Maintenance is over: restart the node.")] = False,
) -> None:
    """Stop NODE as planned: it hands over if it leads, and no write waits for it meanwhile.

    No timeout has to expire first. With --over the node restarts with its data, and writes wait for it
    again if they did before.
    """
    from chaos.by_hand import maintenance as by_plan
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(by_plan.end if over else by_plan.begin, node)))


def join(
    node: Annotated[
        str | None, typer.Argument(metavar="[NODE]", help="A replica in reserve (default: the first).")
    ] = None,
) -> None:
    """Add a follower while clients keep working: it copies the leader's data, then follows its log.

    `./lab up --spares 1` keeps one in reserve. Returns when the leader counts the new follower.
    """
    from chaos.by_hand import joining
    from chaos.by_hand.order import by_hand

    typer.echo(ending.run(by_hand(joining.join, node)))
