"""`./lab page`: the cluster that is up, or a simulated run, drawn in the browser, to be broken by hand."""

from typing import Annotated

import typer

from chaos.catalogue import discover
from chaos.catalogue.discover import UnknownNameError
from chaos.commands import completion
from chaos.commands.choosing import of_a_project
from chaos.runtimes import ending

SIM = "sim"
START, SEED = "split-brain:unfenced", 1


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(of_a_project(page))


def page(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="ID[:VARIANT]",
            help="On sim: the run to start with.",
            autocompletion=completion.names,
            show_default=START,
        ),
    ] = None,
    on: Annotated[str | None, typer.Option(help=f"{SIM}: simulated runs, which you can also rewind.")] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, max=(1 << 32) - 1, help="On sim: seed of every random choice.", show_default=str(SEED)
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of the page; 0: any free one.")
    ] = None,
) -> None:
    """Watch the running cluster in a browser and break it by clicking; on sim, a simulated run."""
    if on == SIM:
        _simulated(name or START, SEED if seed is None else seed, port)
        return
    if on is not None or name is not None or seed is not None:
        raise UnknownNameError(
            "without `--on sim` the page shows the cluster that is up, on whatever it runs; "
            "a scenario and a seed are for `./lab page --on sim ID:VARIANT --seed N`"
        )
    from chaos.page.serving import serve

    ending.run(serve(port, typer.echo))


def _simulated(name: str, seed: int, port: int | None) -> None:
    from chaos.page.simulated.plan import Plan
    from chaos.page.simulated.serving import serve
    from chaos.runtimes.registry import RUNTIMES
    from chaos.sessions.task import tasks

    ((scenario, variants),) = discover.select([name])
    first = next(iter(tasks(((scenario, variants[:1]),), RUNTIMES[SIM], seed)))
    ending.run(serve(Plan(scenario.id, first.variant.name, seed), port, typer.echo))
