"""An editor's own edits that one leader has not put into the order yet: the client's side of Jupiter.

An edit is done on the editor's screen at once, and sent. Until it is back, with its place in the order, it
is a draft, and whatever turns out to stand before it changes it. What the editor shows is the order so far
and the draft behind it. Whether an edit that was sent has arrived is open while there is no answer, so it
is sent again, under the same number.
"""

from collections.abc import Sequence

import msgspec

from services.messages.edits import Ordered, Splice
from services.texts.splices import apply, rebased, text_of


class Draft(msgspec.Struct, frozen=True):
    """Edits number `first` and following, made one after the other on the text of `revision`."""

    revision: int = 0
    first: int = 1
    splices: tuple[Splice, ...] = ()

    def behind(self, order: Sequence[Ordered], me: str) -> "Draft":
        """The same, behind all of the `order`, which begins with revision 1; `me` is whose draft it is."""
        left = rebased(self.splices, self.first, me, order[self.revision :])
        return Draft(len(order), self.first + len(self.splices) - len(left), left)

    def text(self, order: Sequence[Ordered]) -> list[str]:
        """What the editor shows, who knows the `order` as far as `revision`. Raises `IndexError`."""
        text = text_of(order[: self.revision])
        for splice in self.splices:
            apply(text, splice)
        return text

    def plus(self, splice: Splice) -> "Draft":
        """With one edit more."""
        return Draft(self.revision, self.first, (*self.splices, splice))


def put_into_order(order: Sequence[Ordered], draft: Draft, editor: str) -> tuple[Ordered, ...]:
    """The leader's side: what of the draft of `editor` is not in the order yet, in its place there.

    Raises `IndexError` for a draft that cannot have been made on the text of its revision.
    """
    if draft.revision > len(order):
        raise IndexError(f"there is no revision {draft.revision}, the last is {len(order)}")
    draft.text(order)
    now = draft.behind(order, editor)
    numbered = enumerate(now.splices)
    return tuple(Ordered(len(order) + n + 1, editor, now.first + n, splice) for n, splice in numbered)
