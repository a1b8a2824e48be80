"""Settings of any family, told apart by the family's name in them; without one they are single-leader's."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from services.families import DEFAULT, FAMILIES, part_of
from services.settings.common import CommonSettings
from services.settings.wording import complaint

FAMILY = "family"
KINDS: Mapping[str, type[CommonSettings]] = {name: part_of(name, "settings").SETTINGS for name in FAMILIES}

# Settings of any family, for decoding.
if TYPE_CHECKING:
    AnySettings: TypeAlias = CommonSettings
else:
    AnySettings = reduce(or_, KINDS.values())


def settings_of(document: Mapping[str, Any]) -> CommonSettings:
    """The settings in a JSON object. Raises `ValueError` naming the field and what would be right."""
    family = document.get(FAMILY, DEFAULT)
    if not isinstance(family, str) or family not in KINDS:
        raise ValueError(f"there is no family {family!r}; there are {', '.join(KINDS)}")
    try:
        return msgspec.convert({FAMILY: family, **document}, KINDS[family])
    except msgspec.ValidationError as error:
        given = {name: value for name, value in document.items() if name != FAMILY}
        raise ValueError(complaint(KINDS, family, given, str(error))) from error
