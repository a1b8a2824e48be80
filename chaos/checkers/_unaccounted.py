"""Acknowledged changes of a register whose parts are gone although nobody who knew them left them out.

Each part of a value is asked for, of the first acknowledged change that carried it: is it in some replica's
final contents, or did a change without that part, which may have happened, know one that had it? A change in
doubt may have happened when somebody saw it, or when all that it brought in is there or was left out later.

A blind change replaces whatever came before it. So the question is asked for each blind change that may have
come last of them, and only of that one and what surely came after. A loss is certain when something is
missing whichever came last: those missing every time are lost, or else one of those missing at some time.
A delete that knew what it deleted is judged by `deleted-item-returns`.
"""

import math
from collections.abc import Iterator, Sequence

from chaos.checkers._knowledge import Knowledge, Known
from chaos.checkers._parts import Parts
from chaos.history import Operation


class Unaccounted:
    """The losses of one register; `held` has the values that each replica holds."""

    def __init__(self, knowledge: Knowledge, held: Sequence[Sequence[object]]) -> None:
        self._knowledge = knowledge
        self._acknowledged = [one for one in knowledge.changes if one.change.outcome == "ok"]
        self._replicas = [knowledge.splitter.of_all(values) for values in held]
        self._held: Parts = {part: None for parts in self._replicas for part in parts}
        self._certain = self._surely_happened()

    def losses(self) -> list[tuple[Operation, ...]]:
        """Groups of changes of which one each is lost; mostly it is alone."""
        everywhere, anywhere = -1, 0
        for last in self._maybe_last():
            missing = self._missing(last)
            if not missing:
                return []
            everywhere, anywhere = everywhere & missing, anywhere | missing
        lost = [one.change for one in self._knowledge.of(everywhere)]
        return [(change,) for change in lost] or [tuple(one.change for one in self._knowledge.of(anywhere))]

    def _surely_happened(self) -> int:
        happened = 0
        for one in self._acknowledged:
            happened |= one.bit | one.knew
        return happened

    def _maybe_last(self) -> Iterator[Known | None]:
        """The blind changes that may have come last of all blind ones; None where there is none."""
        blind = [one for one in self._knowledge.changes if one.is_blind]
        certain = sum(one.bit for one in blind) & self._certain
        if not certain:
            yield None
        for one in blind:
            in_doubt = not one.bit & self._certain
            if not self._after(one) & certain & ~one.bit and not (in_doubt and self._is_missing_blind(one)):
                yield one

    def _after(self, last: Known | None) -> int:
        """This blind change and whatever surely came after it: the rest may have been replaced by it."""
        return -1 if last is None else self._knowledge.after(last)

    def _missing(self, last: Known | None) -> int:
        """The acknowledged changes of which something is missing, if this was the last blind change."""
        after = self._after(last)
        judged = (one for one in self._acknowledged if after & one.bit)
        missing = sum(one.bit for one in judged if not one.is_blind and self._lacks(one, after))
        return missing | (last.bit if last is not None and self._is_missing_blind(last) else 0)

    def _is_missing_blind(self, last: Known) -> bool:
        return self._is_undone(last) if last.change.f == "delete" else self._lacks(last, self._after(last))

    def _lacks(self, one: Known, after: int) -> bool:
        """Whether a part of it is nowhere, though nobody `after` it who knew it left it out."""
        return any(
            part not in self._held and not self._is_left_out(part, self._carriers(one, part), after)
            for part in one.parts
            if not self._is_anothers(one, part, after)
        )

    def _is_left_out(self, part: bytes, carriers: int, after: int) -> bool:
        return any(
            (x.knew | x.guess) & carriers and part not in x.parts and self._may_have_happened(x)
            for x in self._knowledge.of(after)
        )

    def _may_have_happened(self, one: Known) -> bool:
        """Whether what it brought in itself, if it did, is there, or somebody who knew it left that out."""
        if self._certain & one.bit:
            return True
        gone = [part for part in one.fresh if part not in self._held]
        return all(self._is_left_out(part, one.bit, -1) for part in gone)

    def _carriers(self, one: Known, part: bytes) -> int:
        """This change, and those from which it had the part."""
        return one.bit | (one.knew & self._knowledge.carried(part, one) if part in one.seen else 0)

    def _is_anothers(self, one: Known, part: bytes, after: int) -> bool:
        """Whether somebody who was told so had put the part there before."""
        before = self._carriers(one, part) & ~one.bit & after
        return any(other.change.outcome == "ok" for other in self._knowledge.of(before))

    def _is_undone(self, delete: Known) -> bool:
        """Whether every replica has something that is surely older than this delete."""
        older = [
            part
            for part in self._held
            if (carriers := self._knowledge.carriers(part, math.inf))
            and all(delete.sure & one.bit for one in carriers)
        ]
        return all(any(part in parts for part in older) for parts in self._replicas)
