"""What is wrong with a schedule that somebody wrote: the place, the value, and what would be right."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from chaos.catalogue.names import hint

LONGEST = 60


class WrittenError(ValueError):
    """A schedule's file cannot be used; the text is one line for whoever wrote it."""


def shown(value: Any) -> str:
    """A value as it stands in the file, shortened."""
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def named(where: str, document: Mapping[str, Any], fields: Collection[str]) -> None:
    """Raises `WrittenError` for a field that there is not."""
    for name in document:
        if name not in fields:
            raise WrittenError(f"there is no field {where + name!r}; {hint(name, fields)}")


def whole(where: str, value: Any, least: int, most: int) -> int:
    """`value`, if it is a whole number from `least` to `most`. Raises `WrittenError`."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise WrittenError(f"{where} is {shown(value)}; it is a whole number from {least} to {most}")
    return value
