"""All commands by name; each is loaded when somebody asks for it.

To load all of them takes more than a second, and most of that goes into libraries that one command needs and
forty do not.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from chaos.commands.examples import illustrate

COMMANDS: Mapping[str, str] = {  # as `./lab --help` lists them, each with the module here that registers it
    "list": "listing",
    "run": "run",
    "tour": "tour",
    "check": "check",
    "report": "report",
    "sweep": "sweep",
    "replay": "sweep",
    "shrink": "sweep",
    "quorum-table": "quorum_table",
    "tournament": "tournament",
    "logdiff": "logdiff",
    "up": "play",
    "down": "play",
    "put": "play",
    "get": "play",
    "load": "play",
    "status": "watch",
    "logs": "watch",
    "promote": "lead",
    "handover": "lead",
    "join": "lead",
    "maintenance": "lead",
    "replication": "lead",
    "fault": "fault",
    "page": "page",
    "edit": "edit",
    "proxy": "proxy",
    "compose": "compose",
    "images": "images",
    "doctor": "doctor",
    "new": "new",
    "completion": "completion",
    "test": "test",
}


class Commands(TyperGroup):
    """The group of them all, as `./lab` is one."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of that name, or None."""
        module = COMMANDS.get(cmd_name)
        return registered_by(module)[cmd_name] if module else None


@cache
def registered_by(module: str) -> Mapping[str, Any]:
    """What that module registers, by name."""
    app = typer.Typer(rich_markup_mode=None)
    import_module(f"chaos.commands.{module}").register(app)
    illustrate(app)
    return typer.main.get_group(app).commands
