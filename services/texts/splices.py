"""Operational transformation of texts: concurrent splices, put one after the other.

Two people see the same text. One inserts at place 3, the other erases what is at place 7. If the erasure
comes second, it must mean place 8 (Ellis, Gibbs 1989). `transformed` does this for two splices. That both
orders give the same text is the law TP1. If one leader puts all edits into an order, as in Jupiter (Nichols
et al. 1995), Google Docs and Etherpad, TP1 is all that is needed.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from services.messages.edits import Ordered, Splice

NOTHING = Splice("nothing")


def apply(text: list[str], splice: Splice) -> None:
    """Apply it to `text`. Raises `IndexError` for a place that is not there."""
    if splice.f == "insert":
        if splice.at > len(text):
            raise IndexError(f"place {splice.at} is beyond the end, {len(text)}")
        text.insert(splice.at, splice.element)
    elif splice.f == "erase":
        del text[splice.at]


def transformed(late: Splice, early: Splice, late_is_left: bool) -> Splice:
    """What becomes of `late` if `early`, made on the same text, is done before it.

    Of two insertions at one place, `late` goes on the left if `late_is_left`, whichever came first.
    """
    if late.f == "nothing" or early.f == "nothing":
        return late
    if early.f == "insert":
        stays = late.at < early.at or (late.at == early.at and late.f == "insert" and late_is_left)
        return late if stays else replace(late, at=late.at + 1)
    if late.f == "erase" and late.at == early.at:
        return NOTHING
    return late if late.at <= early.at else replace(late, at=late.at - 1)


def rebased(mine: Sequence[Splice], first: int, me: str, news: Iterable[Ordered]) -> tuple[Splice, ...]:
    """Put `mine`, the edits of editor `me` from number `first` on, after the `news` that were ordered.

    All were made on the text before the news. News from `me` are those of `mine` that have come into the
    order. Returns the others, as they must be done after all the news.
    """
    left = list(mine)
    for edit in news:
        if edit.editor == me:
            if edit.number == first and left:
                del left[0]
                first += 1
            continue
        theirs, i_am_left = edit.splice, me < edit.editor
        for place, own in enumerate(left):
            left[place] = transformed(own, theirs, i_am_left)
            theirs = transformed(theirs, own, not i_am_left)
    return tuple(left)


def text_of(edits: Iterable[Ordered]) -> list[str]:
    """The text that all edits of a document come to; `edits` may be in any order."""
    text: list[str] = []
    for edit in sorted(edits, key=_revision):
        apply(text, edit.splice)
    return text


def _revision(edit: Ordered) -> int:
    return edit.revision
