"""Which versions of a key knew of which, as plain functions on changes.

One version replaces another when its writer had seen it. Two of which neither had seen the other are
*concurrent*, however far apart in time: that is what a conflict is.
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
    """Did neither know of the other?"""
    return dot_of(one) != dot_of(other) and not knew(one, other) and not knew(other, one)


def covers(later: Change, earlier: Change) -> bool:
    """Had the writer of `later` seen all that is joined in `earlier`?"""
    past = dotted.past_in(later.past)
    return past.merged(past_of_all([earlier])) == past


def newest(versions: Sequence[Change]) -> tuple[Change, ...]:
    """Those that none of the others has replaced; in the order of `order`."""
    known = dotted.merged([dotted.past_in(each.past) for each in versions])
    left = [one for one in versions if not known.knows(dot_of(one))]  # of a long history these are few
    kept = [one for one in left if not any(knew(other, one) for other in left)]
    return tuple(sorted(kept, key=order))


def order(version: Change) -> tuple[object, ...]:
    """By stamp, which names the origin between equals: the same order on every leader."""
    return version.stamp, version.sequence


def past_of_all(versions: Sequence[Change]) -> Past:
    """What somebody knows who was shown all of them."""
    return dotted.merged([dotted.past_in(each.past).with_dot(dot_of(each)) for each in versions])
