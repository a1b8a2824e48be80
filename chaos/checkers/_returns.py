"""Which parts of what a replica holds had been deleted by a client that saw them.

A client deletes a part that was in what it saw (`saw`) and is not in what it left: by a `delete`, or by a
list written without it. The part is deleted for good once every change that brought it in was known to an
acknowledged delete; a client that writes it anew without having seen it brings it in again. A client that did
not know of the delete may rightly keep the part in a value of its own. In a merged value, in a replaced
value, or in a value of a client that knew of the delete, the part has come back.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from chaos.checkers._finals import Holding
from chaos.checkers._keys import ADDS, KeyOperations
from chaos.checkers._knowledge import Knowledge, Known
from chaos.history import Operation, canonical


class Return(NamedTuple):
    """A part (JSON) that a replica holds, and the first acknowledged change that had deleted it."""

    holding: Holding
    part: bytes
    delete: Operation


def deletes_of(of_key: KeyOperations) -> list[Operation]:
    """The acknowledged changes that may delete parts of what they saw."""
    acknowledged = (change for change in of_key.acknowledged if change.saw)
    return [change for change in acknowledged if change.f == "delete" or isinstance(change.value, list)]


class Deleted:
    """The parts of one register that were deleted for good."""

    def __init__(self, of_key: KeyOperations) -> None:
        self.knowledge = Knowledge(of_key)
        wanted = {change.index for change in deletes_of(of_key)}
        self._deletes = [one for one in self.knowledge.changes if one.change.index in wanted]

    def returned(self, holding: Holding) -> Iterator[Return]:
        """What of this has come back."""
        parts: dict[bytes, Known] = {}
        for value in holding.values:
            owner = self.knowledge.whole(value, math.inf)
            if owner is not None and self.knowledge.replacers(owner, math.inf):
                owner = None  # then it is nobody's value any more
            for part in self.knowledge.splitter.parts(value):
                if delete := self._deleted(part, owner):
                    parts.setdefault(part, delete)
        return (Return(holding, part, delete.change) for part, delete in parts.items())

    def _deleted(self, part: bytes, owner: Known | None) -> Known | None:
        """The first delete of this part; None when it may rightly be there, in a value of this `owner`."""
        if owner is not None and part not in owner.seen:
            return None
        deletes = [
            one
            for one in self._deletes
            if part in one.seen and part not in one.parts and (owner is None or owner.sure & one.bit)
        ]
        covered = 0
        for one in deletes:
            covered |= one.sure
        origins = self.knowledge.origins(part)
        if not deletes or not origins or any(not covered & one.bit for one in origins):
            return None
        return min(deletes, key=lambda one: one.change.end)


def returned_elements(of_key: KeyOperations, holding: Holding) -> Iterator[Return]:
    """The elements of a set that were added once, deleted by somebody who saw them, and are held."""
    for element, add, delete in _deleted_elements(of_key, holding):
        if add is not None:
            yield Return(holding, element, delete)


def added_again(of_key: KeyOperations, holding: Holding) -> Iterator[Return]:
    """The elements held that were deleted, and of which nobody can tell which of several adds that was."""
    for element, add, delete in _deleted_elements(of_key, holding):
        if add is None:
            yield Return(holding, element, delete)


def _deleted_elements(
    of_key: KeyOperations, holding: Holding
) -> Iterator[tuple[bytes, Operation | None, Operation]]:
    deletes = deletes_of(of_key)
    for value in holding.value if isinstance(holding.value, list) else []:
        element = canonical(value)
        adds = [add for add in of_key.changes if add.f in ADDS and canonical(add.value) == element]
        saw = [delete for delete in deletes if element in map(canonical, delete.saw or ())]
        if not saw or not adds or all(delete.index < adds[-1].index for delete in saw):
            continue  # nobody deleted it, or it was added after that
        yield element, adds[0] if len(adds) == 1 else None, min(saw, key=lambda delete: delete.end)
