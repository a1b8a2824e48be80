"""One version of a value, as nodes without a common leader hand it to each other.

Nobody puts the writes of such a key into an order, so a version carries what is needed to compare it with
another one: a stamp, by which the last write wins. `services.versions` compares.
"""

from typing import Annotated, Any, TypeAlias

import msgspec

from services.messages.values import Count


class Stamp(msgspec.Struct, frozen=True, order=True, array_like=True):
    """When a version was written, in microseconds of its coordinator's clock; names decide between equals."""

    time_us: Count
    by: Annotated[str, msgspec.Meta(max_length=64)]


class Version(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value and where it stands among others; a `deleted` one (a tombstone) has none."""

    stamp: Stamp
    value: Any = None
    deleted: bool = False


Versions: TypeAlias = tuple[Version, ...]  # of one key, none of which replaces another
