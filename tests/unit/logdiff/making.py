"""Comparisons for tests: the engine and the disks are the real ones, only the clock is counted by hand."""

import asyncio
from contextlib import ExitStack, closing
from itertools import count
from pathlib import Path

from chaos.logdiff.comparison import Comparison, compare
from chaos.logdiff.copies import World
from chaos.logdiff.pieces import LogName, Shown
from chaos.logdiff.request import EXAMPLE, Request
from services.adapters.disk import FileDisk
from services.messages.records import Statement


def compared(directory: Path, *statements: str | Statement, before: tuple[str, ...] = ()) -> Comparison:
    """The statements, or the example, in the four logs."""
    asked = tuple(Statement(one) if isinstance(one, str) else one for one in statements) or EXAMPLE
    seconds = count(1_700_000_000)
    with ExitStack() as used:
        return asyncio.run(
            compare(
                Request(asked, tuple(map(Statement, before))),
                lambda name: used.enter_context(closing(FileDisk(directory / name))),
                World(1_600_000_000.0, lambda: float(next(seconds)), 7),
            )
        )


def log_of(comparison: Comparison, name: LogName) -> Shown:
    """That log."""
    return next(shown for shown in comparison.columns if shown.name == name)
