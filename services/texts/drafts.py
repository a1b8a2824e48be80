"""An editor's own edits that the ordering leader has not put into the order yet: the client side of Jupiter.

An edit is done on the editor's screen at once, and sent. Until it comes back with its place in the order, it
is a draft, and any edit that turns out to come before it transforms it. The editor shows the order so far and
then the draft. While there is no answer, nobody knows whether the edit arrived, so it is sent again under the
same number.
"""

from collections.abc import Sequence

import msgspec

from services.messages.edits import Ordered, Splice
from services.texts.splices import apply, rebased, text_of


class Draft(msgspec.Struct, frozen=True):
    """Edits from number `first` on, made one after the other on the text of `revision`."""

    revision: int = 0
    first: int = 1
    splices: tuple[Splice, ...] = ()

    def behind(self, order: Sequence[Ordered], me: str) -> "Draft":
        """The draft of `me`, transformed to come after all of the `order`, which begins with revision 1."""
        left = rebased(self.splices, self.first, me, order[self.revision :])
        return Draft(len(order), self.first + len(self.splices) - len(left), left)

    def text(self, order: Sequence[Ordered]) -> list[str]:
        """What the editor shows if it knows the `order` up to `revision`. Raises `IndexError`."""
        text = text_of(order[: self.revision])
        for splice in self.splices:
            apply(text, splice)
        return text

    def plus(self, splice: Splice) -> "Draft":
        """The draft with one more edit."""
        return Draft(self.revision, self.first, (*self.splices, splice))


def put_into_order(order: Sequence[Ordered], draft: Draft, editor: str) -> tuple[Ordered, ...]:
    """The leader's side: the edits in the draft of `editor` that are not in the order yet, with their places.

    Raises `IndexError` for a draft that cannot have been made on the text of its revision.
    """
    if draft.revision > len(order):
        raise IndexError(f"there is no revision {draft.revision}; the last is {len(order)}")
    draft.text(order)
    now = draft.behind(order, editor)
    numbered = enumerate(now.splices)
    return tuple(Ordered(len(order) + n + 1, editor, now.first + n, splice) for n, splice in numbered)
