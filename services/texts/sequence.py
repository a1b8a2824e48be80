"""A text as a replicated data type: whatever the order in which edits arrive, the text is the same.

Every element has a permanent name and knows the element to whose right it was typed. So elements form a tree:
an element typed to the right of x is a child of x, and of two children the one with the newer name is on the
left. Read depth first, the tree is the text (RGA: Roh et al. 2011; as a timestamped insertion tree: Attiya et
al. 2016). Lamport clocks make a child's name newer than its parent's.

An erased element is not shown, but stays (a *tombstone*), because others may have typed to its right. An edit
that arrives before its neighbour waits. All this is a function of the *set* of edits, and sets can be united
in any order, even twice. So leaders need not understand a text to share it.

One editor's run of typing stays together: each element is a child of the one before, so what another editor
typed at the same place comes before or after the whole run.
"""

from collections.abc import Iterable

from services.messages.edits import Grown, Id


class Sequence:
    """All edits known here, and the text that they come to."""

    def __init__(self, edits: Iterable[Grown] = ()) -> None:
        self._edits: dict[tuple[str, int], Grown] = {}
        self._shown: list[tuple[Id, str | None]] | None = None  # erased ones are None
        self._clock = 0
        self.add(edits)

    def add(self, edits: Iterable[Grown]) -> None:
        """Add these edits; those already there change nothing."""
        for edit in edits:
            self._edits.setdefault((edit.editor, edit.number), edit)
            self._clock = max(self._clock, edit.clock)
            self._shown = None

    @property
    def edits(self) -> tuple[Grown, ...]:
        """All edits, in the order in which they were added."""
        return tuple(self._edits.values())

    @property
    def text(self) -> list[str]:
        """What readers see."""
        return [element for _, element in self._all() if element is not None]

    def inserted(self, editor: str, place: int, element: str) -> Grown:
        """The edit by which `editor` types `element` at `place`. Raises `IndexError`."""
        beside = self._name_at(place - 1) if place else None
        return Grown(editor, self._next_of(editor), self._clock + 1, beside, element)

    def erased(self, editor: str, place: int) -> Grown:
        """The edit by which `editor` erases what is at `place`. Raises `IndexError`."""
        return Grown(editor, self._next_of(editor), self._clock + 1, self._name_at(place))

    def _next_of(self, editor: str) -> int:
        return max((number for name, number in self._edits if name == editor), default=0) + 1

    def _name_at(self, place: int) -> Id:
        names = [name for name, element in self._all() if element is not None]
        if not 0 <= place < len(names):
            raise IndexError(f"nothing is at place {place} of {len(names)}")
        return names[place]

    def _all(self) -> list[tuple[Id, str | None]]:
        if self._shown is None:
            self._shown = list(_read(self._edits.values()))
        return self._shown


def _read(edits: Iterable[Grown]) -> Iterable[tuple[Id, str | None]]:
    """The elements in order, including the erased ones."""
    children: dict[Id | None, list[tuple[Id, str]]] = {}
    erased: dict[Id | None, None] = {}
    for edit in edits:
        if edit.element is None:
            erased[edit.beside] = None
        else:
            children.setdefault(edit.beside, []).append((Id(edit.clock, edit.editor), edit.element))
    waiting = sorted(children.get(None, []))
    while waiting:
        name, element = waiting.pop()  # the newest child is read first
        yield name, None if name in erased else element
        waiting += sorted(children.get(name, []))
