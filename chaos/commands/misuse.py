"""Wrong usage in one line: what is wrong, with the value that was given, and what would be right.

Typer lets Pydantic look at values, and passes on what that says: it names no value, and a bound only as far
as it was crossed. So the line is made here, of what the parameter says of itself.
"""

import re
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

import typer

from chaos.catalogue.names import hint

TAKES: Mapping[tuple[Any, ...], str] = {(int, list[int]): "a whole number", (float,): "a number"}


def in_a_line(error: typer.TyperException) -> str:
    """What is wrong, with the nearest right word, and where all about the command stands."""
    text, context = _about_a_value(error) or error.format_message(), getattr(error, "ctx", None)
    text = f"{text[:1].lower()}{text[1:]}".rstrip(".").removeprefix("invalid value: ")
    if (wrong := re.fullmatch(r"no such command '(.*)'", text)) and context:
        text = f"there is no command {wrong[1]!r}; {hint(wrong[1], context.command.list_commands(context))}"
    where = context.command_path if context else "./lab"
    return f"{text} (all about it: {where} --help)"


def _about_a_value(error: typer.TyperException) -> str | None:
    """The value that a parameter cannot take, and which it takes; None of an error of another sort."""
    cause: Any = error.__cause__
    if not (isinstance(error, typer.BadParameter) and error.param and hasattr(cause, "errors")):
        return None
    first, name = cause.errors()[0], error.param.get_error_hint().strip("'")
    return f"{name} cannot be {first['input']!r}; {_takes(error.param, first)}"


def _takes(param: Any, wrong: dict[str, Any]) -> str:
    """What would be right, for instance `give a whole number from 1 to 7`."""
    annotation = param.type_descriptor.annotation
    if get_origin(annotation) is Literal:
        return f"choose one of {', '.join(get_args(annotation))}"
    sort = next((words for kind, words in TAKES.items() if annotation in kind), None)
    if sort is None:
        return f"{wrong['msg'][:1].lower()}{wrong['msg'][1:]}"
    least, most = getattr(param, "min", None), getattr(param, "max", None)
    if least is not None and most is not None:
        return f"give {sort} from {least} to {most}"
    span = f" of at least {least}" if least is not None else f" of at most {most}" if most is not None else ""
    return f"give {sort}{span}"
