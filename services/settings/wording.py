"""What is wrong with a setting, for the person who typed it: its name, its value, and what would be right."""

import difflib
import re
from collections.abc import Mapping
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec.structs import fields

SORTS: Mapping[str, str] = {  # of JSON, as people call them
    "int": "a whole number",
    "float": "a number",
    "str": "a word",
    "bool": "true or false",
    "array": 'a list like ["n2"]',
    "object": 'an object like {"n2": "n3"}',
}


def complaint(kinds: Mapping[str, type], family: str, given: Mapping[str, Any], said: str) -> str:
    """What is wrong with the first setting in `given` that does not suit the family; else what was `said`.

    `kinds` has the settings of every family; `said` is the complaint of the JSON decoder.
    """
    kind = kinds[family]
    for name, value in given.items():
        if name not in _names(kind):
            return f"the family {family} has no setting {name!r}; {_hint(kinds, family, name)}"
        choices = _choices(get_type_hints(kind)[name])
        if choices and value not in choices:
            return f"{name} cannot be {value!r}; choose one of {', '.join(map(str, choices))}"
    if (place := re.fullmatch(r"(.*) - at `\$\.(\w+).*`", said)) and place[2] in given:
        return f"{place[2]} cannot be {given[place[2]]!r}; {_instead(place[1])}"
    return f"{said} (settings of the family {family})"


def _instead(said: str) -> str:
    """Of `Expected `int`, got `str`` what would be right; anything else as it was said."""
    if not (expected := re.match(r"Expected `([\w |]+)`", said)):
        return f"{said[:1].lower()}{said[1:]}"
    sorts = [SORTS.get(sort, sort) for sort in expected[1].split(" | ")]
    return f"give {' or '.join(dict.fromkeys(sorts))}"


def _names(kind: type) -> list[str]:
    return [field.encode_name for field in fields(kind)]


def _hint(kinds: Mapping[str, type], family: str, name: str) -> str:
    known = _names(kinds[family])
    if close := difflib.get_close_matches(name, known, n=1):
        return f"did you mean {close[0]}?"
    owners = [other for other, kind in kinds.items() if name in _names(kind)]
    return f"{' and '.join(owners)} has it" if owners else f"there are: {', '.join(known)}"


def _choices(annotation: Any) -> tuple[Any, ...]:
    """All values of a `Literal`, even of an optional one (`… | None`)."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if get_origin(annotation) in (Union, UnionType):
        parts = get_args(annotation)
        if all(part is type(None) or get_origin(part) is Literal for part in parts):
            return tuple(value for part in parts for value in (get_args(part) or (None,)))
    return ()
