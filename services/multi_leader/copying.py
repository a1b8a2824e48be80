"""A copy for a leader that lacks changes trimmed elsewhere: all versions and sets, page by page.

The receiver merges pages like changes: it drops a version that it has or has seen replaced, and joins what
can be joined once more. So a page may come twice, or from two leaders, and changes may arrive in between.
Only the last page raises what the receiver knows. It says what the sender knew before the first page was
made, so the receiver misses nothing newer.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from services.messages.multi_leader import Change, CopyPage, Element
from services.multi_leader.knowledge import dot_of
from services.multi_leader.storage import Storage
from services.store.effects import canonical
from services.versions import dotted

T = TypeVar("T")
PAGE_BYTES = 128 << 10  # a page may exceed this by one value, and still fits into a message


def pages(sender: str, storage: Storage, knows: Mapping[str, int]) -> Iterator[CopyPage]:
    """All that is in `storage`, for a sender that knew `knows` before the first page."""
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
    """Does it bring anything that `held` lacks and that nothing in `held` has replaced?

    Changes that were joined carry the name of the last of them, which does not tell which others are in it;
    joining them again does no harm. If history is kept, replaced versions are part of it.
    """
    if version.merges:
        return True
    plain = [each for each in held if not each.merges]
    known = dotted.merged([] if keeps_history else [dotted.past_in(each.past) for each in plain])
    return not known.knows(dot_of(version)) and all(dot_of(each) != dot_of(version) for each in plain)
