"""Whose text was torn apart: of two lines that one author's side put next to each other, are others' between?

The trouble that texts in replicated data types are known for (Kleppmann et al. 2019): two people write a
paragraph each at one place, and the merged text has their lines by turns. Everything is there, and nobody can
read it. Looked at are pairs of neighbours, a line that an author puts in and one that his side (his leader's
writes) had put there. Such a pair is torn apart when in every value that shows both there stand lines between
them that were written without knowledge of the pair, and of which whoever made it a pair knew nothing either;
and when no author who knew the pair put them there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from chaos.tournament.recorded import Write
from chaos.tournament.replay import Shown
from chaos.tournament.score import lines_of
from services.messages import Value


def torn_apart(writes: Sequence[Write], shown: Shown) -> int:
    """How many pairs; `shown` is what one leader shows."""
    by_key: dict[str, list[Write]] = {}
    for write in writes:
        by_key.setdefault(write.change.operation.key, []).append(write)
    return sum(_torn(of_key, shown.get(key, ())) for key, of_key in by_key.items())


@dataclass(frozen=True)
class _Text:
    """Lines, and the place of each."""

    lines: Sequence[str]
    places: Mapping[str, int]

    def between(self, one: str, other: str) -> Sequence[str]:
        """What stands between two of its lines; nothing where it lacks one of them."""
        if one not in self.places or other not in self.places:
            return ()
        return self.lines[self.places[one] + 1 : self.places[other]]


def _text(value: Value) -> _Text:
    lines = lines_of(value)
    return _Text(lines, {line: place for place, line in enumerate(lines)})


def _torn(writes: Sequence[Write], values: Sequence[Value]) -> int:
    texts = [(write, _text(write.change.operation.value)) for write in writes if _is_text(write)]
    shown = [_text(value) for value in values]
    brought: dict[str, Write] = {}
    torn = 0
    for write, text in texts:
        brought |= {line: write for line in text.lines if line not in brought}
    for write, text in texts:
        later = [other for reader, other in texts if write.number in reader.knew]
        for one, other in pairwise(text.lines):
            if write not in (brought[one], brought[other]) or not _is_of_one_side(one, other, brought):
                continue
            holding = [each for each in shown if one in each.places and other in each.places]
            torn += (
                bool(holding)
                and all(_is_foreign(each.between(one, other), write, brought) for each in holding)
                and not any(_is_foreign(each.between(one, other), write, brought) for each in later)
            )
    return torn


def _is_text(write: Write) -> bool:
    return write.change.operation.f == "put"


def _is_of_one_side(one: str, other: str, brought: Mapping[str, Write]) -> bool:
    return brought[one].change.origin == brought[other].change.origin


def _is_foreign(lines: Sequence[str], author: Write, brought: Mapping[str, Write]) -> bool:
    writers = (brought[line] for line in lines if line in brought)
    return any(
        writer is not author and author.number not in writer.knew and writer.number not in author.knew
        for writer in writers
    )
