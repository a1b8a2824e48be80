"""A character as the page sees it, and as an element of a text: with a mark that nobody sees.

Two people may type the same letter at one place. With a mark each character is another element, so a page
can say next to which one it types, and which one it erases, however the text has changed meanwhile.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

MARK = "\u2063"  # an invisible separator, which no keyboard has
MOST_INSERTED = 2000  # characters at once; somebody may paste a page


class Splice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody did to the text of that `version`: `erase` so many `at` a place, and insert."""

    version: int
    at: int
    erase: int
    insert: str

    def __post_init__(self) -> None:
        if self.at < 0 or self.erase < 0:
            raise ValueError(f"a place and a number of characters are not negative: {self.at}, {self.erase}")
        if len(self.insert) > MOST_INSERTED:
            raise ValueError(f"{len(self.insert)} characters at once are more than {MOST_INSERTED}")


def character(element: str) -> str:
    """What is shown of an element."""
    return element[:1]


def author_of(element: str) -> str:
    """Who typed it."""
    return element.partition(MARK)[2].rstrip("0123456789")


def marked(inserted: str, author: str, number: int) -> str:
    """The element for a character, which is that author's number so many."""
    return f"{inserted}{MARK}{author}{number}"


def keystrokes(
    splice: Splice, then: Sequence[str], now: Sequence[str], author: str, number: int
) -> list[dict[str, Any]]:
    """What a device is asked for, one after the other: `splice` was made on the text `then`, and it is `now`.

    What is not there any more has not to be erased; where the left neighbour is gone, the next one counts.
    """
    erased = then[splice.at : splice.at + splice.erase]
    strokes: list[dict[str, Any]] = [{"erase": element} for element in erased if element in now]
    before = next((element for element in reversed(then[: splice.at]) if element in now), None)
    for offset, inserted in enumerate(splice.insert):
        element = marked(inserted, author, number + offset)
        where = {"at": 0} if before is None else {"after": before}
        strokes.append({"insert": element, **where})
        before = element
    return strokes
