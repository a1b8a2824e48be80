"""What the changes of a register knew of one another, where clients say so.

A change with `saw` replaces what it saw and what that had replaced, and nothing else; its place in time does
not matter. A change without it is blind: it replaces whatever came before it. (The first is Lamport's
happened-before, as version vectors keep it; the second is the order of a single copy.)

Two bounds are kept, since histories leave things open. What a change *may* have replaced excuses a value that
is gone; what it has *surely* replaced accuses one that is still there. They differ for blind changes that
overlap, and for a merged value whose part several changes wrote. Sets of changes are bits of a number.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from chaos.checkers._keys import KeyOperations, failed_to_leave, left_behind
from chaos.checkers._parts import Parts, Splitter
from chaos.checkers._words import shown, unsourced
from chaos.history import Operation, canonical


def is_known(of_key: KeyOperations, siblings: Iterable[list[object] | None] = ()) -> bool:
    """Whether somebody said what he knew of this register, so that knowledge decides and not time alone.

    `siblings` are those of the replicas' final reads.
    """
    told = (change.saw is not None for change in (*of_key.changes, *of_key.failed))
    several = (read.siblings is not None for read in of_key.reads)
    return not of_key.is_set and (any(told) or any(several) or any(each is not None for each in siblings))


def contents(read_value: object, siblings: Sequence[object] | None) -> list[object]:
    """The values that a read returned: its siblings, else its value; of nothing none."""
    values = [read_value] if siblings is None else siblings
    return [value for value in values if value is not None]


@dataclass(frozen=True)
class Known:
    """A change, its `number` among those of its key, and sets of such numbers as bits.

    `parts` are those of the value it left, `seen` those of the values it saw, `fresh` those that are its own.
    `knew` is whatever it saw, step by step, `guess` what it may have known besides, where that cannot be
    traced; `may` and `sure` are what it may have and surely has replaced.
    """

    number: int
    change: Operation
    parts: Parts
    seen: Parts
    knew: int = 0
    guess: int = 0
    may: int = 0
    sure: int = 0

    @property
    def bit(self) -> int:
        """The set of this change alone."""
        return 1 << self.number

    @property
    def is_blind(self) -> bool:
        """Whether its client went by nothing."""
        return self.change.saw is None

    @property
    def fresh(self) -> Parts:
        """The parts that it did not have from others."""
        return {part: None for part in self.parts if part not in self.seen}


class Knowledge:
    """The changes of one register in order of invocation; `doubts` tell what in `saw` cannot be traced."""

    def __init__(self, of_key: KeyOperations) -> None:
        self.of_key = of_key
        self.splitter = Splitter((*of_key.changes, *of_key.failed))
        self.doubts: list[str] = []
        self.changes: list[Known] = []
        self._whole: dict[bytes, Known] = {}
        self._carriers: dict[bytes, list[Known]] = {}
        self._ordered = sorted(of_key.changes, key=lambda change: change.index)
        for change in self._ordered:
            self._take(change)

    def _take(self, change: Operation) -> None:
        number, value = len(self.changes), left_behind(change)
        seen = self.splitter.of_all(change.saw or ())
        parts = self.splitter.parts(value)
        one = (self._blind if change.saw is None else self._knowing)(number, change, parts, seen)
        self.changes.append(one)
        if value is not None:
            self._whole[canonical(value)] = one
        for part in parts:
            self._carriers.setdefault(part, []).append(one)

    def _blind(self, number: int, change: Operation, parts: Parts, seen: Parts) -> Known:
        may, sure = 0, 0
        for other, each in enumerate(self._ordered):
            may |= (each is not change and not change.precedes(each)) << other
            sure |= each.precedes(change) << other
        return Known(number, change, parts, seen, may=may, sure=sure)

    def _knowing(self, number: int, change: Operation, parts: Parts, seen: Parts) -> Known:
        knew, guess, may, sure = 0, 0, 0, 0
        for value in contents(None, change.saw):
            possible, certain = self._sources(value, change.index)
            for source in possible:
                knew |= source.bit | source.knew
                may |= source.bit | source.may
            for source in certain:
                sure |= source.bit | source.sure
            if not possible:
                self.doubts.append(self._untraced(change, value))
                guess = self._blind(number, change, parts, seen).may  # it may have known anything
        own = ~(1 << number)
        return Known(number, change, parts, seen, knew & own, guess, (may | guess) & own, sure & own)

    def _sources(self, value: object, before: float) -> tuple[list[Known], list[Known]]:
        """Whose a value is that somebody saw: whose it may be, and whose it is for certain."""
        whole = self.whole(value, before)
        if whole is not None:
            return [whole], [whole]
        parts = self.splitter.parts(value)
        carriers = [self.carriers(part, before) for part in parts]
        if not all(carriers):
            return [], []
        brought_in = [
            [one for one in carriers_of if part not in one.seen]
            for part, carriers_of in zip(parts, carriers, strict=True)
        ]
        whole_in_it = [one for each in carriers for one in each if one.parts.keys() <= parts.keys()]
        certain = [origins[0] for origins in brought_in if len(origins) == 1]
        return [*(one for origins in brought_in for one in origins), *whole_in_it], certain

    def _untraced(self, change: Operation, value: object) -> str:
        whence = unsourced(failed_to_leave(self.of_key, value), "which nobody had begun to write by then")
        return f"operation {change.index} saw {shown(value)} under {change.key}, {whence}"

    def whole(self, value: object, before: float) -> Known | None:
        """The change begun before that event which left just this value, if there is one."""
        one = self._whole.get(canonical(value))
        return one if one is not None and one.change.index < before else None

    def carriers(self, part: bytes, before: float) -> list[Known]:
        """The changes begun before that event whose values have this part."""
        return [one for one in self._carriers.get(part, ()) if one.change.index < before]

    def origins(self, part: bytes) -> list[Known]:
        """The changes that brought this part in, and did not have it from others."""
        return [one for one in self._carriers.get(part, ()) if part not in one.seen]

    def of(self, bits: int) -> Iterator[Known]:
        """The changes in such a set."""
        return (one for one in self.changes if bits & one.bit)

    def replacers(self, one: Known, before: float) -> list[Operation]:
        """The acknowledged changes over before that event which surely replaced this one, the first first."""
        surely = (x.change for x in self.changes if x.change.outcome == "ok" and x.sure & one.bit)
        return sorted((change for change in surely if change.end < before), key=lambda change: change.end)
