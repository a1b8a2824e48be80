"""`./lab status` and `./lab logs`: what the cluster that is up says of itself."""

import asyncio
import contextlib
import json
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(status)
    app.command()(logs)


def status(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Show every node, and the links that are not healthy."""
    from chaos.commands import watching

    report = asyncio.run(watching.report())
    if as_json:
        print(json.dumps(report, indent=2))
    else:
        watching.show(report)


def logs(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Show the log lines of all nodes in time order, with the faults among them."""
    from chaos.commands import watching

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(watching.tell(follow))
