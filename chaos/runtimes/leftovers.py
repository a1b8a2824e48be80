"""The directories of clusters whose reaper was killed, too, so that nobody removes them.

A cluster's directory says which reaper should remove it. For what is left in the engine see `left_behind`.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir

from chaos.runtimes.process_state import command_line
from chaos.runtimes.reaper import MARK

DIRECTORIES = "replication-lab-*"


def directories() -> Iterator[Path]:
    """Those of clusters that nobody holds and nobody will remove."""
    for path in sorted(Path(gettempdir()).glob(DIRECTORIES)):
        if not _has_a_reaper(path):
            yield path


def _has_a_reaper(directory: Path) -> bool:
    try:
        number = (directory / MARK).read_text(encoding="utf-8")
    except OSError:
        return False
    return "reaper" in command_line(number)
