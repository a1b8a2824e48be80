"""`--project NAME`: which cluster of containers is meant, where there is more than one.

It is the name by which `docker compose` knows it, so it goes where `docker compose` looks for it, too: into
the environment. Whoever has set COMPOSE_PROJECT_NAME for the one has set it for the other.
"""

import inspect
import os
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from chaos.runtimes.playground import PROJECT_VARIABLE

HELP = f"The Compose project to use if several are up (default: {PROJECT_VARIABLE})."
Project = Annotated[str | None, typer.Option(metavar="NAME", help=HELP)]


def of_a_project(command: Callable[..., None]) -> Callable[..., None]:
    """`command` that takes `--project` besides."""

    @wraps(command)
    def chosen(*arguments: Any, project: str | None = None, **options: Any) -> None:
        if project is not None:
            os.environ[PROJECT_VARIABLE] = project
        command(*arguments, **options)

    signature = inspect.signature(command)
    named = inspect.Parameter("project", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Project)
    chosen.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=[*signature.parameters.values(), named]
    )
    chosen.__annotations__ = {**command.__annotations__, "project": Project}
    return chosen
