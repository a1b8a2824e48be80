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

    Unknown fields are refused: a mistyped field must not be silently ignored.
    """

    @property
    def brings_data(self) -> bool:
        """Does it carry what clients wrote, and not only news about the nodes?"""
        return False

    @property
    def brings(self) -> Mapping[str, int]:
        """The number of each origin's last change in it, if origins number their changes."""
        return {}


def kind_of(message: Message | type[Message]) -> str:
    """The tag of a message on the wire, for instance `read-contents`."""
    return str(message.__struct_config__.tag)
