"""What an editor's device shows, while its disk's own thread takes over what others typed."""

from types import SimpleNamespace
from typing import Any, cast

import msgspec

from services.messages.edits import Ordered, Splice
from services.multi_leader.documents.drafter import Drafter
from services.settings.multi_leader import MultiLeaderSettings
from services.texts.drafts import Draft

ORDER = [
    msgspec.to_builtins(Ordered(revision, "bob", revision, Splice("insert", revision - 1, letter)))
    for revision, letter in enumerate("abc", start=1)
]


def drafter(draft: Draft, durable: list[Any]) -> Drafter:
    """A device with this draft, and with so much of the order on its disk."""
    text = msgspec.json.encode({"t": draft}).decode()
    env = SimpleNamespace(node="ann", disk=SimpleNamespace(read_text=lambda _: text))
    leader = SimpleNamespace(storage=SimpleNamespace(members=lambda _: durable))
    return Drafter(cast(Any, env), cast(Any, leader), MultiLeaderSettings(), ("n1",))


def test_a_draft_newer_than_what_was_read_of_the_order_is_shown_behind_all_of_that() -> None:
    """Whoever reads had looked at the set of edits a moment before others' edits came over."""
    ahead = Draft(3, 1, (Splice("insert", 3, "d"),))
    assert drafter(ahead, ORDER).text("t", ORDER[:1]) == ["a", "b", "c", "d"]


def test_an_older_draft_is_shown_behind_what_has_come_over_since() -> None:
    behind = Draft(1, 1, (Splice("insert", 1, "d"),))
    assert "".join(drafter(behind, ORDER).text("t", ORDER)) in ("adbc", "abcd")
