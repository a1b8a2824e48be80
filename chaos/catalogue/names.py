"""A name that arrives from outside, and a wrong one, which is answered with the nearest right one."""

import difflib
from collections.abc import Collection


class UnknownNameError(ValueError):
    """There is nothing of that name; the text has the nearest name that there is."""


def nearest(kind: str, name: str, known: Collection[str]) -> None:
    """Raises `UnknownNameError` unless `name` is `known`."""
    if name not in known:
        raise UnknownNameError(f"there is no {kind} {name!r}; {hint(name, known)}")


def hint(name: str, known: Collection[str]) -> str:
    """What somebody meant who typed `name`, or else all that there is."""
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"there are: {', '.join(known)}"
