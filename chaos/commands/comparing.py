"""What `./lab logdiff` does: from the command line to a comparison, and from there to what is shown."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack, closing
from math import isfinite
from pathlib import Path

from rich.console import Console

from chaos.cluster import ClusterError
from chaos.logdiff.comparison import Comparison, compare
from chaos.logdiff.copies import World
from chaos.logdiff.document import document
from chaos.logdiff.request import Request, with_parameters
from chaos.logdiff.terminal import show, visible
from services.adapters.clock import SystemClock
from services.adapters.disk import FileDisk
from services.messages.records import Scalar, Statement
from services.ports import Disk

__all__ = ["compared", "print_all", "print_json", "request", "visible", "write_page"]


def request(sql: Sequence[str], parameters: Sequence[str], before: Sequence[str]) -> Request:
    """What is asked for. Raises `LabError` when the parameters do not fit the statements."""
    first = tuple(map(Statement, before))
    if not sql and not parameters:
        return Request(before=first)
    return Request(with_parameters(sql, [value_of(text) for text in parameters]), first)


def value_of(text: str) -> Scalar:
    """A number, a text in quotes or null as in JSON; whatever else it is stands for itself."""
    try:
        value = json.loads(text, parse_constant=str)
    except ValueError:
        return text
    usable = value is None or type(value) in (int, str) or (type(value) is float and isfinite(value))
    return value if usable else text


def compared(asked: Request, seed: int) -> Comparison:
    """Execute it in a temporary directory. Raises `LabError` for what the door refuses."""
    clock = SystemClock()
    with ExitStack() as used:
        directory = Path(used.enter_context(tempfile.TemporaryDirectory(prefix="lab-logdiff-")))

        def make_disk(name: str) -> Disk:
            return used.enter_context(closing(FileDisk(directory / name)))

        return asyncio.run(compare(asked, make_disk, World(clock.wall(), clock.wall, seed)))


def write_page(comparison: Comparison, path: Path) -> None:
    """Write the page into `path`. Raises `ClusterError` when that cannot be done."""
    from chaos.logdiff.webpage import webpage

    try:
        path.write_text(webpage(comparison), encoding="utf-8")
    except OSError as error:
        raise ClusterError(f"the page cannot be written: {error}") from error


def print_json(comparison: Comparison) -> None:
    """One document on standard output."""
    print(json.dumps(document(comparison), indent=2))


def print_all(comparison: Comparison, most: int | None, page: Path | None) -> None:
    """For people; `page` is the file that was written beside it, if one was."""
    console = Console(highlight=False, markup=False, emoji=False, file=sys.stdout)
    show(comparison, console, most)
    if page:
        console.print(f"page: {page}", soft_wrap=True)
