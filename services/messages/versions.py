"""One version of a value, as nodes without a common leader exchange it.

No node orders the writes of such a key, so a version carries what is needed to compare it with another: a
stamp, by which the last write wins, or what its writer had seen. `services.versions` compares them.
"""

from typing import Annotated, Any, TypeAlias

import msgspec

from services.messages.values import Count

NodeName: TypeAlias = Annotated[str, msgspec.Meta(max_length=64)]


class Stamp(msgspec.Struct, frozen=True, order=True, array_like=True):
    """When a version was written, in microseconds of its coordinator's clock; names break ties."""

    time_us: Count
    by: NodeName


class Dot(msgspec.Struct, frozen=True, order=True, array_like=True):
    """One write: the `count`-th of this key that the home `by` has numbered."""

    by: NodeName
    count: Count


class Seen(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which writes of a key a client or node knows: of each home, all up to a number, and some beyond it.

    The numbers alone are a version vector. With the dots it says exactly what was seen.
    """

    upto: dict[str, Count] = msgspec.field(default_factory=dict)
    dots: tuple[Dot, ...] = ()


NOTHING = Seen()


class Version(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value and what compares it with others; a `deleted` version (a tombstone) has no value.

    `dot` names its write, and `past` is what its writer had seen, if versions are compared by that.
    """

    stamp: Stamp
    value: Any = None
    deleted: bool = False
    dot: Dot | None = None
    past: Seen = NOTHING


Versions: TypeAlias = tuple[Version, ...]  # of one key, none of which replaces another
