"""What a user may ask a device for: insert an element into a text, erase one, give the text's lock back."""

from collections.abc import Sequence

import msgspec

from services.errors import LabError
from services.messages import Value
from services.messages.edits import Element, Splice
from services.messages.values import Count

FORMS = (
    '{"insert": …, "after": …}, {"insert": …, "at": …}, {"erase": …}, {"erase": …, "at": …} '
    'or {"release": true}'
)


class Keystroke(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Insert an element, `after` one that is shown or `at` a place, else at the end; or erase or release.

    A place beyond the end means the end; so does `after` an element that is no longer shown.
    """

    insert: Element | None = None
    erase: Element | None = None
    after: Element | None = None
    at: Count | None = None
    release: bool = False

    def on(self, text: Sequence[str]) -> Splice:
        """What it does to `text`. Raises `LabError` no-such-key if the element to erase is not there."""
        if self.insert is not None:
            return Splice("insert", self._place(text), self.insert)
        places = range(len(text)) if self.at is None else [self.at]
        found = (place for place in places if place < len(text) and text[place] == self.erase)
        place = next(found, None)
        if place is None:
            raise LabError("no-such-key", f"{self.erase!r} is not in the text")
        return Splice("erase", place)

    def _place(self, text: Sequence[str]) -> int:
        if self.after is not None:
            return text.index(self.after) + 1 if self.after in text else len(text)
        return len(text) if self.at is None else min(self.at, len(text))


def keystroke_in(value: Value) -> Keystroke:
    """The keystroke that a client sent as an element. Raises `LabError` bad-value."""
    try:
        stroke = msgspec.convert(value, Keystroke)
    except msgspec.ValidationError as error:
        raise LabError("bad-value", f"a text is edited by {FORMS}: {error}") from error
    if (stroke.insert is not None) + (stroke.erase is not None) + stroke.release != 1:
        raise LabError("bad-value", f"a text is edited by {FORMS}, one at a time")
    return stroke
