"""A conflict, as it is told: which versions knew nothing of each other, and what became of them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from services.messages.multi_leader import Change
from services.multi_leader.knowledge import concurrent, dot_of
from services.store.effects import canonical


class Conflict(NamedTuple):
    """`arrived` met `others` that knew nothing of it; those of them all that were `kept`, and not."""

    key: str
    kept: tuple[Change, ...]
    lost: tuple[Change, ...]


def conflict_of(held: Sequence[Change], arrived: Change, kept: Sequence[Change]) -> Conflict | None:
    """The conflict that `arrived` meets among the versions `held`, if it does."""
    others = [version for version in held if concurrent(version, arrived)]
    if not others:
        return None
    stays = [dot_of(version) for version in kept]
    met = (*others, arrived)
    return Conflict(
        arrived.operation.key,
        kept=tuple(version for version in met if dot_of(version) in stays),
        lost=tuple(version for version in met if dot_of(version) not in stays),
    )


def tell(say: Callable[..., None], conflict: Conflict, by: str) -> None:
    """One line: what was kept, and what was lost and whose it was, or that all of it is there."""
    kept = " ".join(map(_shown, conflict.kept))
    if conflict.lost:
        lost, whose = " ".join(map(_shown, conflict.lost)), " ".join(each.origin for each in conflict.lost)
        say("conflict-resolved", key=conflict.key, kept=kept, by=by, lost=lost, of=whose)
    else:
        say("conflict-recorded", key=conflict.key, kept=kept, by=by)


def _shown(version: Change) -> str:
    operation = version.operation
    if operation.f == "delete":
        return "(deleted)"
    return operation.value if isinstance(operation.value, str) else canonical(operation.value)
