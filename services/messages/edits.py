"""Edits of a text, as editors and leaders exchange them; `services.texts` says what they mean.

A text is a list of elements: characters, or whatever else its editors use. An edit names its editor and
carries that editor's count, from 1, so that a receiver recognizes a duplicate.
"""

from typing import Annotated, Literal, TypeAlias

import msgspec

from services.messages.values import Count, Name

MOST_OF_ELEMENT = 256
MOST_AT_ONCE = 1024  # edits in one message

Element: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_OF_ELEMENT)]


class Splice(msgspec.Struct, frozen=True, omit_defaults=True):
    """`insert` the element in front of what is now at the place `at`, or `erase` what is there.

    `nothing` is what remains of an erasure if another editor erased the same element first.
    """

    f: Literal["insert", "erase", "nothing"]
    at: Count = 0
    element: Annotated[str, msgspec.Meta(max_length=MOST_OF_ELEMENT)] = ""


class Ordered(msgspec.Struct, frozen=True, omit_defaults=True):
    """A splice at its place in a document's order; it makes `revision` from the one before."""

    revision: Count
    editor: Name
    number: Count
    splice: Splice


class Id(msgspec.Struct, frozen=True, order=True, array_like=True):
    """The permanent name of an element: a Lamport clock, and the editor that inserted it."""

    clock: Count
    editor: Name


class Grown(msgspec.Struct, frozen=True, omit_defaults=True):
    """An edit that names a neighbour and no place: the element comes right after the one called `beside`.

    Without `beside` it comes at the beginning. Without an `element` it erases the one called `beside`.
    `clock` is greater than any that its editor had seen.
    """

    editor: Name
    number: Count
    clock: Count
    beside: Id | None = None
    element: Element | None = None


Splices: TypeAlias = Annotated[tuple[Splice, ...], msgspec.Meta(max_length=MOST_AT_ONCE)]
Growth: TypeAlias = Annotated[tuple[Grown, ...], msgspec.Meta(max_length=MOST_AT_ONCE)]
