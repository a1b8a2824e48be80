"""Which values of a register had surely been replaced, as far as clients said what they knew.

A value that one change left is as old as that change. A merged value is as old as its parts: each part may
come from any change that carries it, and is replaced when all of these are.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from chaos.checkers._knowledge import Knowledge, Known
from chaos.history import Operation


@dataclass(frozen=True)
class Outdated:
    """The contents of one register as somebody found them between two events.

    What was acknowledged before `began` was to be seen, what was begun before `until` may have been.
    """

    knowledge: Knowledge
    began: float = math.inf
    until: float = math.inf

    def missed(self, values: Sequence[object]) -> list[Operation]:
        """The acknowledged changes that had replaced all of these values, the decisive one first.

        Empty when one of the values may still have been current; of no values, when a delete may explain it.
        """
        if not values:
            return self._missed_by_nothing()
        decisive = [self.replaced(value) for value in values]
        if not all(decisive):
            return []
        latest = max((each[0] for each in decisive), key=lambda change: change.end)
        others = {change.index: change for each in decisive for change in each if change is not latest}
        return [latest, *others.values()]

    def replaced(self, value: object, *, in_part: bool = False) -> list[Operation]:
        """The acknowledged changes that had replaced this value, the decisive one first; mostly empty.

        `in_part`: it is enough that they replaced one part of a merged value.
        """
        whole = self.knowledge.whole(value, self.until)
        if whole is not None:
            replacers = self._replacers(whole)
            return [] if self._is_merged_again(whole) else replacers
        parts = [self._replaced_part(part) for part in self.knowledge.splitter.parts(value)]
        if not self._is_traced(value) or not (any if in_part else all)(parts):
            return []
        some = [each for each in parts if each]
        return max(some, key=lambda each: each[0].end) if not in_part else some[0]

    def untraced(self, values: Sequence[object]) -> list[object]:
        """Those of the values that nobody had begun to write, nor all of their parts."""
        return [value for value in values if not self._is_traced(value)]

    def _is_traced(self, value: object) -> bool:
        parts = self.knowledge.splitter.parts(value)
        if self.knowledge.whole(value, self.until):
            return True
        return bool(parts) and all(self.knowledge.carriers(part, self.until) for part in parts)

    def _replacers(self, one: Known) -> list[Operation]:
        return self.knowledge.replacers(one, self.began)

    def _replaced_part(self, part: bytes) -> list[Operation]:
        each = [self._replacers(one) for one in self.knowledge.carriers(part, self.until)]
        return max(each, key=lambda found: found[0].end) if each and all(each) else []

    def _is_merged_again(self, whole: Known) -> bool:
        """Whether values that are current have together just the parts of this one."""
        current = [
            one
            for one in self.knowledge.changes
            if one.change.index < self.until
            and one.parts.keys() <= whole.parts.keys()
            and not self._replacers(one)
        ]
        return len(whole.parts) > 1 and whole.parts.keys() <= {part for one in current for part in one.parts}

    def _missed_by_nothing(self) -> list[Operation]:
        removed = 0
        for one in self.knowledge.changes:
            if not one.parts and one.change.index < self.until:
                removed |= one.may
        acknowledged = (one for one in self.knowledge.changes if one.change.outcome == "ok" and one.parts)
        missed = [one.change for one in acknowledged if one.change.end < self.began and not removed & one.bit]
        return sorted(missed, key=lambda change: change.end)
