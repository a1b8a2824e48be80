"""`./lab status` and `./lab logs`: what the cluster that is up says of itself."""

import contextlib
import json
from typing import Annotated, Literal, TypeAlias

import typer

from chaos.commands.choosing import of_a_project
from chaos.runtimes import ending

Level: TypeAlias = Literal["all", "notable"]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(of_a_project(status))
    app.command()(of_a_project(logs))


def status(
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Repeat every second until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show every node, the unhealthy links, and remarks on what is unusual: two leaders, for example.

    The lag is in positions of the log and in milliseconds. Ports are on this machine: a gateway's is where
    its clients come in, and no fault touches the way to that of any other node.
    """
    from chaos.commands import watching

    if watch:
        if as_json:
            raise typer.BadParameter(
                "--watch is for people; call --json again and again", param_hint="--watch"
            )
        with contextlib.suppress(KeyboardInterrupt):
            ending.run(watching.watch())
        return
    report = ending.run(watching.report())
    if as_json:
        print(json.dumps(report, indent=2))
    else:
        watching.show(report)


def logs(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Follow until Ctrl-C.")] = False,
    nodes: Annotated[list[str] | None, typer.Option("--node", help="Only this node; repeatable.")] = None,
    roles: Annotated[
        list[str] | None, typer.Option("--role", help="Only nodes that had this role; repeatable.")
    ] = None,
    level: Annotated[Level, typer.Option(help="All lines, or only the notable ones.")] = "all",
) -> None:
    """Show all nodes' log lines in time order, together with the faults."""
    from chaos.commands.telling import Wanted, tell

    wanted = Wanted(frozenset(nodes or ()), frozenset(roles or ()), level)
    with contextlib.suppress(KeyboardInterrupt):
        ending.run(tell(follow, wanted))
