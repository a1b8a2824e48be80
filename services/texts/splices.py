"""Operational transformation of texts: splices that were made at once, one behind the other.

Two people see the same text. One inserts at place 3, the other erases what is at place 7. Whoever comes
second must mean place 8 (Ellis, Gibbs 1989). `transformed` says so for two splices; that both orders come
to the same text is the law TP1, and where one leader puts all edits into an order, as in Jupiter (Nichols
et al. 1995), in Google Docs and in Etherpad, it is all that is needed.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from services.messages.edits import Ordered, Splice

NOTHING = Splice("nothing")


def apply(text: list[str], splice: Splice) -> None:
    """Do it to `text`. Raises `IndexError` for a place that is not there."""
    if splice.f == "insert":
        if splice.at > len(text):
            raise IndexError(f"place {splice.at} is behind the end, {len(text)}")
        text.insert(splice.at, splice.element)
    elif splice.f == "erase":
        del text[splice.at]


def transformed(late: Splice, early: Splice, late_is_left: bool) -> Splice:
    """What `late` comes to when `early`, made on the same text, has been done before it.

    Of two insertions at one place the one of the editor who `is_left` stands on the left, whoever came first.
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
    """Put `mine`, edits number `first` and following of editor `me`, behind the `news` that were ordered.

    All were made on the text before the news. News of `me` are those of mine that have come into the order;
    what is left are the others, as they are to be done after all of the news.
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
    """The text that all edits of a document, in any order here, come to."""
    text: list[str] = []
    for edit in sorted(edits, key=_revision):
        apply(text, edit.splice)
    return text


def _revision(edit: Ordered) -> int:
    return edit.revision
