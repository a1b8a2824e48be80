"""One request under each of the four logs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chaos.logdiff.copies import MakeDisk, World
from chaos.logdiff.entries import by_rows, by_statements
from chaos.logdiff.outbox import by_triggers
from chaos.logdiff.pieces import Followed, LogName, Shown
from chaos.logdiff.request import Request
from chaos.logdiff.wal import by_pages
from services.errors import LabError


@dataclass(frozen=True)
class Comparison:
    """What was asked, and the four logs of it, in the chapter's order."""

    request: Request
    seed: int
    columns: Sequence[Shown]


async def compare(request: Request, make_disk: MakeDisk, world: World) -> Comparison:
    """Execute the request four times, each on empty disks. Raises `LabError` for what the door refuses.

    What only one of the logs cannot hold is told in its place.
    """
    rows = by_rows(request, make_disk, world)  # first, for it refuses nothing but what the door does
    columns = (
        _or_refused("statement", lambda: by_statements(request, make_disk, world)),
        _or_refused("wal", lambda: by_pages(request, make_disk, world)),
        rows,
        await by_triggers(request, make_disk, world),
    )
    return Comparison(request, world.seed, columns)


def _or_refused(name: LogName, made: Callable[[], Shown]) -> Shown:
    try:
        return made()
    except LabError as error:
        return Shown(name, [], 0, Followed("never hears of it", [f"refused: {error.text}"], "no"))
