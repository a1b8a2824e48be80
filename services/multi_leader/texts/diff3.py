"""Two texts and the one that both came from: each line that only one of them changed is taken from that one.

Where both left a line as it was, the texts are in step. Between two such places lies a chunk that somebody
changed: if only one did, that one counts; if both came to the same, that counts; else it is a *conflict*, and
both are put there between markers, for somebody to choose. (Unix `diff3`, and Git; Khanna, Kunal, Pierce: A
Formal Investigation of Diff3, 2007.) Who changed which line is for `difflib` to say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TypeAlias

Lines: TypeAlias = Sequence[str]


@dataclass(frozen=True)
class Chunk:
    """What became of some lines of the `base` in each of the texts."""

    base: tuple[str, ...]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]

    @property
    def merged(self) -> tuple[str, ...] | None:
        """Both changes in one; None when they are in conflict."""
        if self.ours in (self.base, self.theirs):
            return self.theirs
        return self.ours if self.theirs == self.base else None


def merge(base: Lines, ours: Lines, theirs: Lines, names: tuple[str, str] = ("ours", "theirs")) -> list[str]:
    """The text that has both changes; `names` stand behind the markers."""
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
    """The three texts cut at the lines that all have in common."""
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
    """Which lines of the base are which of the text; both numbers only grow."""
    blocks = SequenceMatcher(None, base, text, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}
