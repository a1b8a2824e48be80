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
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Again each second, until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Show every node, the links that are not healthy, and what is worth a remark: two leaders, say.

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
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    nodes: Annotated[list[str] | None, typer.Option("--node", help="Only of this node; repeatable.")] = None,
    roles: Annotated[
        list[str] | None, typer.Option("--role", help="Only of nodes in this role then; repeatable.")
    ] = None,
    level: Annotated[Level, typer.Option(help="Everything, or only what stands out.")] = "all",
) -> None:
    """Show the log lines of all nodes in time order, with the faults among them."""
    from chaos.commands.telling import Wanted, tell

    wanted = Wanted(frozenset(nodes or ()), frozenset(roles or ()), level)
    with contextlib.suppress(KeyboardInterrupt):
        ending.run(tell(follow, wanted))
