"""Merges two texts with a common base: a line that only one text changed is taken from that text.

Where neither changed a line, the texts are in step. Between two such places lies a chunk that was changed. If
only one text changed it, that change counts; if both made the same change, that counts; otherwise it is a
*conflict*, and both versions are put there between markers, for somebody to choose. (Unix `diff3`, and Git;
Khanna, Kunal, Pierce: A Formal Investigation of Diff3, 2007.) `difflib` finds out which lines changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeAlias

Lines: TypeAlias = Sequence[str]


@dataclass(frozen=True)
class Chunk:
    """Some lines of the `base`, and what became of them in each text."""

    base: tuple[str, ...]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]

    @property
    def merged(self) -> tuple[str, ...] | None:
        """Both changes in one; None if they conflict."""
        if self.ours in (self.base, self.theirs):
            return self.theirs
        return self.ours if self.theirs == self.base else None


def merge(base: Lines, ours: Lines, theirs: Lines, names: tuple[str, str] = ("ours", "theirs")) -> list[str]:
    """The text with both changes; the markers carry the `names`."""
    text: list[str] = []
    for chunk in chunks(base, ours, theirs):
        merged = chunk.merged
        text += marked(chunk, names) if merged is None else merged
    return text


def marked(chunk: Chunk, names: tuple[str, str]) -> list[str]:
    """A conflict as Git shows it."""
    one, other = names
    return [f"<<<<<<< {one}", *chunk.ours, "=======", *chunk.theirs, f">>>>>>> {other}"]


def chunks(base: Lines, ours: Lines, theirs: Lines) -> Iterator[Chunk]:
    """The three texts, cut at the lines that all have in common."""
    in_ours, in_theirs = _matches(base, ours), _matches(base, theirs)
    at, one, other = 0, 0, 0
    for place in (*(place for place in in_ours if place in in_theirs), len(base)):
        until = (place, in_ours.get(place, len(ours)), in_theirs.get(place, len(theirs)))
        between = Chunk(
            tuple(base[at : until[0]]), tuple(ours[one : until[1]]), tuple(theirs[other : until[2]])
        )
        if between != Chunk((), (), ()):
            yield between
        if place < len(base):
            line = (base[place],)
            yield Chunk(line, line, line)
        at, one, other = (each + 1 for each in until)


def _matches(base: Lines, text: Lines) -> Mapping[int, int]:
    """Maps line numbers of the base to those of the same lines in the text; both only grow."""
    blocks = SequenceMatcher(None, base, text, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}
