"""What the changes of a register knew of one another, where clients say so.

A change with `saw` replaces what it saw and what that had replaced, and nothing else; its place in time does
not matter. A change without it is blind: it replaces whatever came before it. (The first is Lamport's
happened-before, as version vectors keep it; the second is the order of a single copy.)

Two bounds are kept, since histories leave things open. What a change *may* have replaced excuses a value that
is gone; what it has *surely* replaced accuses one that is still there. They differ for blind changes that
overlap, and for a merged value whose part several changes wrote. Sets of changes are bits of a number.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from chaos.checkers._keys import KeyOperations, failed_to_leave, left_behind
from chaos.checkers._parts import Parts, Splitter
from chaos.checkers._words import shown, unsourced
from chaos.history import Operation, canonical


def is_known(of_key: KeyOperations, siblings: Iterable[list[object] | None] = ()) -> bool:
    """Whether some client said what it knew of this register, so that knowledge decides and not time alone.

    `siblings` are those of the replicas' final reads.
    """
    told = (change.saw is not None for change in (*of_key.changes, *of_key.failed))
    several = (read.siblings is not None for read in of_key.reads)
    return not of_key.is_set and (any(told) or any(several) or any(each is not None for each in siblings))


def contents(read_value: object, siblings: Sequence[object] | None) -> list[object]:
    """The values that a read returned: its siblings, else its value; of nothing none."""
    values = [read_value] if siblings is None else siblings
    return [value for value in values if value is not None]


@dataclass(eq=False)
class Known:
    """A change, its `number` among those of its key, and sets of such numbers as bits.

    `parts` are those of the value it left, `seen` those of the values it saw. `possible` are the changes that
    may have left what it saw, `certain` those that must have. `knew` is all that it saw, step by step, and
    `guess` what it may have known besides, where that cannot be traced; `may` and `sure` are what it may have
    and surely has replaced.
    """

    number: int
    change: Operation
    parts: Parts
    seen: Parts
    possible: "Sequence[Known]" = ()
    certain: "Sequence[Known]" = ()
    knew: int = 0
    guess: int = 0
    may: int = 0
    sure: int = 0
    bit: int = field(init=False)  # the set of this change alone

    def __post_init__(self) -> None:
        self.bit = 1 << self.number

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
        self._carried: dict[bytes, int] = {}
        for number, change in enumerate(sorted(of_key.changes, key=lambda change: change.index)):
            self._take(number, change)
        for one in self.changes:
            self._weigh(one)

    def _take(self, number: int, change: Operation) -> None:
        value = left_behind(change)
        seen = self.splitter.of_all(change.saw or ())
        one = Known(number, change, self.splitter.parts(value), seen)
        sources = [self._sources(value, change.index) for value in contents(None, change.saw or ())]
        one.possible = [source for possible, _ in sources for source in possible]
        one.certain = [source for _, certain in sources for source in certain]
        for source in one.possible:
            one.knew |= source.bit | source.knew
        self.changes.append(one)
        if value is not None:
            self._whole[canonical(value)] = one
        for part in one.parts:
            self._carriers.setdefault(part, []).append(one)
            self._carried[part] = self._carried.get(part, 0) | one.bit

    def _weigh(self, one: Known) -> None:
        """What it replaced; those that it saw have been weighed before."""
        if one.is_blind:
            one.may = self._not_after(one)
            one.sure = sum(other.bit for other in self.changes if other.change.precedes(one.change))
            return
        for value in contents(None, one.change.saw):
            if not self._sources(value, one.change.index)[0]:
                self.doubts.append(self._untraced(one.change, value))
                one.guess = self._not_after(one)  # it may have known anything
        one.may = one.guess
        for source in one.possible:
            one.may |= source.bit | source.may
        for source in one.certain:
            one.sure |= source.bit | source.sure

    def _not_after(self, one: Known) -> int:
        return ~self.after(one) & ((1 << len(self.changes)) - 1)

    def after(self, one: Known) -> int:
        """This change and whatever surely came after it."""
        after, first_end = one.bit, one.change.end
        for other in self.changes[one.number + 1 :]:
            if other.knew & after or first_end < other.change.index:
                after |= other.bit
                first_end = min(first_end, other.change.end)
        return after

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

    def carried(self, part: bytes, before: Known) -> int:
        """The set of the changes begun before that one whose values have this part."""
        return self._carried.get(part, 0) & (before.bit - 1)  # they are numbered in that order

    def origins(self, part: bytes) -> list[Known]:
        """The changes that brought this part in, and did not have it from others."""
        return [one for one in self._carriers.get(part, ()) if part not in one.seen]

    def of(self, bits: int) -> Iterator[Known]:
        """The changes in such a set."""
        rest = bits & ((1 << len(self.changes)) - 1)
        while rest:
            yield self.changes[(rest & -rest).bit_length() - 1]
            rest &= rest - 1

    def replacers(self, one: Known, before: float) -> list[Operation]:
        """The acknowledged changes over before that event which surely replaced this one, the first first."""
        surely = (x.change for x in self.changes if x.change.outcome == "ok" and x.sure & one.bit)
        return sorted((change for change in surely if change.end < before), key=lambda change: change.end)
