"""Which versions of a key knew of which, as plain functions on changes.

A version replaces another if its writer had seen it. Two versions are *concurrent* if neither writer had seen
the other's, however far apart in time they are: that is a conflict.
"""

from collections.abc import Sequence

from services.messages.multi_leader import Change
from services.versions import dotted
from services.versions.dotted import Dot, Past


def dot_of(version: Change) -> Dot:
    """The version's name among those of its key."""
    return Dot(version.origin, version.number)


def knew(later: Change, earlier: Change) -> bool:
    """Had the writer of `later` seen `earlier`?"""
    return dotted.past_in(later.past).knows(dot_of(earlier))


def concurrent(one: Change, other: Change) -> bool:
    """Is neither known to the other?"""
    return dot_of(one) != dot_of(other) and not knew(one, other) and not knew(other, one)


def covers(later: Change, earlier: Change) -> bool:
    """Had the writer of `later` seen all that is joined into `earlier`?"""
    past = dotted.past_in(later.past)
    return past.merged(past_of_all([earlier])) == past


def newest(versions: Sequence[Change]) -> tuple[Change, ...]:
    """The versions that none of the others has replaced, sorted by `order`."""
    known = dotted.merged([dotted.past_in(each.past) for each in versions])
    left = [one for one in versions if not known.knows(dot_of(one))]  # only a few of a long history
    kept = [one for one in left if not any(knew(other, one) for other in left)]
    return tuple(sorted(kept, key=order))


def order(version: Change) -> tuple[object, ...]:
    """The sort key: by stamp, which also names the origin, so the order is the same on every leader."""
    return version.stamp, version.sequence


def past_of_all(versions: Sequence[Change]) -> Past:
    """What a reader knows that was shown all of them."""
    return dotted.merged([dotted.past_in(each.past).with_dot(dot_of(each)) for each in versions])
