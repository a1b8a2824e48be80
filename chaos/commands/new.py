"""`./lab new scenario NAME`: a scenario that runs at once, to be made one's own."""

import importlib
import re
from pathlib import Path
from typing import Annotated

import typer

from chaos.catalogue.discover import PACKAGE, scenario_ids
from chaos.judging.verdict import WRONG_USAGE

SKELETON = Path(__file__).with_name("skeleton.txt")
NAME = "[a-z][a-z0-9]*(-[a-z0-9]+)*"

new = typer.Typer(help="Write the beginning of something new.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.add_typer(new, name="new")


@new.command()
def scenario(
    name: Annotated[str, typer.Argument(metavar="NAME", help="In small letters, for instance slow-friday.")],
) -> None:
    """Write scenarios/NAME.py: a problem and its remedy that run at once. Then make the story yours."""
    path = write(name, Path(importlib.import_module(PACKAGE).__path__[0]))
    typer.echo(f"{PACKAGE}/{path.name} is there, and runs:")
    typer.echo(f"  ./lab run {name} --on sim")
    typer.echo("Tell your story in it: the fault in the script, the variants, and what each must show.")


@new.callback()
def _only_names_the_group() -> None:
    """Write the beginning of something new."""


def write(name: str, folder: Path) -> Path:
    """The new file in `folder`. Ends the command, and changes nothing, when the name cannot be taken."""
    if re.fullmatch(NAME, name) is None:
        _refuse(f"a scenario is called like slow-friday, in small letters, digits and dashes; not {name!r}")
    path = folder / f"{name.replace('-', '_')}.py"
    if name in scenario_ids() or path.exists():
        _refuse(f"there is a scenario {name} already; choose another name, or change {path.name}")
    path.write_text(SKELETON.read_text("utf-8").replace("NAME", name), "utf-8")
    return path


def _refuse(text: str) -> None:
    typer.echo(f"lab: {text}", err=True)
    raise typer.Exit(WRONG_USAGE)
