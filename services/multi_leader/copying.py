"""A copy for a leader that lacks what is trimmed elsewhere: all versions and sets, page by page.

Pages are merged into what is there, as changes are: whoever has seen a version drops it, whoever has it keeps
it, and what is joined is joined once more. So a page may come twice, or from two leaders, and changes may
arrive in between. Only the last page raises what its receiver knows. It says what the sender knew before the
first page was made, so nothing that is newer is missed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from services.messages.multi_leader import Change, CopyPage, Element
from services.multi_leader.knowledge import dot_of
from services.multi_leader.storage import Storage
from services.store.effects import canonical
from services.versions import dotted

T = TypeVar("T")
PAGE_BYTES = 128 << 10  # at least so many, so that one value more still fits into a message


def pages(sender: str, storage: Storage, knows: Mapping[str, int]) -> Iterator[CopyPage]:
    """All that is in `storage`, of a leader who knew so much before."""
    held, sets = storage.everything()
    versions = [version for each in held.values() for version in each]
    elements = [Element(key, value) for key, values in sets.items() for value in values]
    for part in _parts(versions):
        yield CopyPage(sender=sender, versions=part)
    for some in _parts(elements):
        yield CopyPage(sender=sender, elements=some)
    newest_us = max((version.stamp.time_us for version in versions), default=0)
    yield CopyPage(sender=sender, knows=dict(knows), time_us=newest_us)


def _parts(things: Sequence[T]) -> Iterator[tuple[T, ...]]:
    part, size = list[T](), 0
    for thing in things:
        part.append(thing)
        size += len(canonical(thing))
        if size >= PAGE_BYTES:
            yield tuple(part)
            part, size = [], 0
    if part:
        yield tuple(part)


def is_new(version: Change, held: Sequence[Change], *, keeps_history: bool = False) -> bool:
    """Does it bring anything that is not in what is `held`, or was replaced by that?

    Many changes that were joined have the name of the last of them, which does not tell which others are in
    it; joining them once more does no harm. Where history is kept, what was replaced is part of it.
    """
    if version.merges:
        return True
    plain = [each for each in held if not each.merges]
    known = dotted.merged([] if keeps_history else [dotted.past_in(each.past) for each in plain])
    return not known.knows(dot_of(version)) and all(dot_of(each) != dot_of(version) for each in plain)
