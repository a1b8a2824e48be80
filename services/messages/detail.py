"""The part of a node's status that only its own family understands."""

from typing import TypeVar

import msgspec


class Detail(msgspec.Struct, frozen=True, kw_only=True, tag_field="family"):
    """Base of every family's detail; its tag is the family's name."""


D = TypeVar("D", bound=Detail)


def detail_of(detail: Detail | None, expected: type[D]) -> D:
    """The detail, which must be of that kind; if there is none, one with only defaults."""
    if detail is None:
        return expected()
    assert isinstance(detail, expected), detail
    return detail
