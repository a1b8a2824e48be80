"""Acknowledged changes of a register whose parts are gone although nobody who knew them left them out.

Each part of a value is asked for, of the first acknowledged change that carried it: is it in some replica's
final contents, or did a change without that part, which did happen, know one that had it? A change happened
when it was acknowledged, when what it left is there, or when one that happened knew it; a delete in doubt
always may have. Blind changes replace what came before them, so of those that may have come last at least
one must have left something: if none has, one of them is lost, whichever it was. A delete that knew what it
deleted is judged by `deleted-item-returns`.
"""

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
        self._happened = self._what_happened()

    def losses(self) -> Iterator[tuple[Operation, ...]]:
        """Groups of changes of which one each is lost; mostly it is alone."""
        everything = self._happened
        for one in self._acknowledged:
            is_write = not one.is_blind and one.change.f != "delete"
            if is_write and not self._is_accounted(one, everything):
                yield (one.change,)
        blind = [one for one in self._acknowledged if one.is_blind]
        latest_begin = max((one.change.index for one in blind), default=-1)
        maybe_last = [one for one in blind if one.change.end > latest_begin]
        others = everything & ~sum(one.bit for one in blind)
        if maybe_last and not any(self._is_accounted(one, others) for one in maybe_last):
            yield tuple(one.change for one in maybe_last)

    def _what_happened(self) -> int:
        happened = 0
        for one in self._knowledge.changes:
            is_there = one.change.outcome == "ok" or one.parts.keys() <= self._held.keys()
            happened |= (one.bit | one.knew) if is_there else 0
        return happened

    def _is_accounted(self, one: Known, replacers: int) -> bool:
        """Whether all that it put there is there, or left out by one of these `replacers` who knew it."""
        if one.change.f == "delete":
            return self._still_deleted(one) or any(x.may & one.bit for x in self._knowledge.of(replacers))
        return all(
            part in self._held or self._is_left_out(part, self._carried(one, part), replacers)
            for part in one.parts
            if not self._is_anothers(one, part)
        )

    def _is_left_out(self, part: bytes, carriers: int, replacers: int) -> bool:
        return any(x.may & carriers and part not in x.parts for x in self._knowledge.of(replacers))

    def _carried(self, one: Known, part: bytes) -> int:
        """This change, and those from which it may have had the part."""
        carriers = sum(other.bit for other in self._knowledge.carriers(part, one.change.index))
        return one.bit | (one.may & carriers if part in one.seen else 0)

    def _is_anothers(self, one: Known, part: bytes) -> bool:
        """Whether somebody who was told so had put the part there before."""
        before = self._carried(one, part) & ~one.bit
        return any(other.change.outcome == "ok" for other in self._knowledge.of(before))

    def _still_deleted(self, delete: Known) -> bool:
        """Whether some replica has nothing of what is surely older than this delete."""
        older = [
            part
            for part in self._held
            if (carriers := self._knowledge.carriers(part, float("inf")))
            and all(delete.sure & one.bit for one in carriers)
        ]
        return any(not any(part in parts for part in older) for parts in self._replicas)
