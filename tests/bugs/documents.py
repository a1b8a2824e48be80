"""Mistakes in editing together; what people see of their text must give them away."""

from collections.abc import Iterable, Sequence
from typing import Any
from unittest.mock import patch

from msgspec.structs import replace

from chaos.schedules.schedule import Schedule, Stroke
from services.messages.edits import Grown, Id, Ordered
from services.multi_leader.documents import orders
from services.multi_leader.documents.drafter import Drafter
from services.multi_leader.documents.keystrokes import Keystroke
from services.multi_leader.documents.texts import order_in
from services.texts import sequence, splices
from services.texts.drafts import Draft, put_into_order
from tests.bugs.planted import Hunt, bug, by_script


def cut_off_and_killed(_: int) -> Schedule:
    """One of them types without a line, and the device dies before it is back."""
    cut = Stroke(kind="cut", at_ms=800, for_ms=2500, source="ann")
    kill = Stroke(kind="kill", at_ms=2000, for_ms=300, source="ann")
    return Schedule((cut, kill), length_ms=4500)


TRANSFORMED = Hunt("collaborative-editing:operational-transformation", "garbled-text", by_script)
DRAFTED = Hunt("collaborative-editing:operational-transformation", "lost-write", cut_off_and_killed)
GROWN = Hunt("collaborative-editing:crdt", "lost-write", by_script)
BURIED = Hunt("collaborative-editing:crdt", "deleted-item-returns", by_script)


@bug(TRANSFORMED)
def of_two_insertions_at_one_place_both_give_way() -> Any:
    real = splices.transformed
    return patch.object(splices, "transformed", lambda late, early, _: real(late, early, False))


@bug(TRANSFORMED)
def an_edit_that_is_sent_again_is_put_into_the_order_again() -> Any:
    real = put_into_order

    def put(order: Sequence[Ordered], draft: Draft, editor: str) -> tuple[Ordered, ...]:
        strangers = [replace(each, editor=f"not {each.editor}") for each in order]
        return tuple(replace(each, editor=editor) for each in real(strangers, draft, editor))

    return patch.object(orders, "put_into_order", put)


@bug(DRAFTED)
def drafts_are_on_no_disk() -> Any:
    def take_down(self: Drafter, key: str, stroke: Keystroke) -> None:
        order = order_in(self._leader.storage.held_members(key))
        draft = self._draft(key).behind(order, self._env.node)
        self._drafts = {**self._drafts, key: draft.plus(stroke.on(draft.text(order)))}

    return patch.object(Drafter, "_take_down", take_down)


@bug(GROWN)
def whoever_typed_beside_an_erased_element_has_typed_nowhere() -> Any:
    """Tombstones are thrown away."""

    def read(edits: Iterable[Grown]) -> Iterable[tuple[Id, str | None]]:
        known = list(edits)
        erased = [edit.beside for edit in known if edit.element is None]
        left = [
            edit for edit in known if edit.element is not None and Id(edit.clock, edit.editor) not in erased
        ]
        return real(left)

    real = sequence._read
    return patch.object(sequence, "_read", read)


@bug(BURIED)
def an_erasure_is_forgotten_where_somebody_types_beside_it() -> Any:
    def read(edits: Iterable[Grown]) -> Iterable[tuple[Id, str | None]]:
        known = list(edits)
        parents = [edit.beside for edit in known if edit.element is not None]
        return real(edit for edit in known if edit.element is not None or edit.beside not in parents)

    real = sequence._read
    return patch.object(sequence, "_read", read)
