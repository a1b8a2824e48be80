"""The base of every message, and its name on the wire."""

import re
from collections.abc import Mapping

import msgspec


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


class Message(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=_kebab, forbid_unknown_fields=True
):
    """Base of every message; its tag on the wire is the class's name in kebab case.

    A field that nobody knows is refused: a wish that was mistyped must not be passed over in silence.
    """

    @property
    def brings_data(self) -> bool:
        """Does it bring what clients wrote to somebody else, and not only news of who is where?"""
        return False

    @property
    def brings(self) -> Mapping[str, int]:
        """The number of the last change of each origin in it, where origins number their changes."""
        return {}


def kind_of(message: Message | type[Message]) -> str:
    """The tag of a message on the wire, for instance `read-contents`."""
    return str(message.__struct_config__.tag)
