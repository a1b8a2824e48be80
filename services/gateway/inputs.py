"""What clients may send, checked here once, so that nothing odd goes further.

Every refusal names the value. JSON is read strictly: a repeated field, NaN, or an integer that SQLite would
silently turn into a float is an error now and not a surprise later.
"""

import json
import math
import re
import unicodedata
from typing import Any, NoReturn, cast
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec

from services.errors import LabError
from services.family import NO_WISH, Wish
from services.messages import Value

MOST_KEY_CHARACTERS = 512
MOST_VALUE_BYTES = 256 << 10
MOST_NESTING = 64
SMALLEST_INTEGER, LARGEST_INTEGER = -(2**63), 2**63 - 1
COUNTS = {
    "w": "how many homes must confirm",
    "r": "how many homes must answer",
    "n": "how many homes a key has",
}
SESSION, TOKEN, CONTEXT = "x-lab-session", "x-lab-token", "x-lab-context"  # headers
SESSION_PATTERN = "^[!-~]{1,64}$"

_SHOWN_CHARACTERS = 60
_INTEGER_DIGITS = 20  # longer ones cannot fit, and would take time to convert


def key_in(raw_path: bytes) -> str:
    """The key in `/kv/KEY`, percent-decoded; it may contain slashes. Raises `LabError` bad-key."""
    encoded = raw_path.removeprefix(b"/").partition(b"/")[2]
    try:
        key = unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError as error:
        raise LabError("bad-key", f"the key {_shown(encoded)} is not UTF-8") from error
    return checked_key(key)


def checked_key(key: str) -> str:
    """The key, if it is one. Raises `LabError` bad-key."""
    if not 1 <= len(key) <= MOST_KEY_CHARACTERS:
        text = f"a key has 1 to {MOST_KEY_CHARACTERS} characters; {_shown(key)} has {len(key)}"
        raise LabError("bad-key", text)
    if not key.isprintable() and any(unicodedata.category(character) == "Cc" for character in key):
        raise LabError("bad-key", f"the key {_shown(key)} contains a control character")
    return key


def value_in(body: bytes, name: str) -> Value:
    """The value in the body `{name: value}`. Raises `LabError` bad-request, bad-value or too-large."""
    document = parsed(body)
    if not isinstance(document, dict) or list(document) != [name]:
        text = f'the body must be {{"{name}": any JSON value}} and nothing else, not {_shown(body)}'
        raise LabError("bad-request", text)
    return checked_value(document[name], body)


def checked_value(value: Any, body: bytes) -> Value:
    """The value that came in `body`, if it may be stored. Raises `LabError` bad-value or too-large."""
    _check_size(value, body)
    _check_nesting(value, body)
    return cast(Value, value)


def wish_in(query: bytes) -> Wish:
    """The wish in the query of a request. Raises `LabError` bad-request."""
    if not query:
        return NO_WISH
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    given = dict(pairs)
    if len(given) != len(pairs) or not given.keys() <= {"policy", "from", *COUNTS}:
        text = f"a request takes ?policy= and ?from=, or ?w=, ?r= and ?n=, once each; not {_shown(query)}"
        raise LabError("bad-request", text)
    counts = {name: _count(name, given[name]) for name in COUNTS if name in given}
    return Wish(policy=given.get("policy"), replica=given.get("from"), **counts)


def _count(name: str, text: str) -> int:
    if re.fullmatch("[1-9]", text) is None:
        raise LabError("bad-request", f"{name} is {COUNTS[name]}, from 1 to 9, not {_shown(text)}")
    return int(text)


def session_in(header: str) -> str:
    """The client's name for its session. Raises `LabError` bad-request."""
    if re.fullmatch(SESSION_PATTERN, header) is None:
        raise LabError("bad-request", f"a session has 1 to 64 visible ASCII characters, not {_shown(header)}")
    return header


def context_in(header: str) -> str:
    """The context, which came with an earlier answer about this key. Raises `LabError` bad-request."""
    if re.fullmatch("[!-~]{0,4096}", header) is None:
        text = f"a context is what an earlier answer gave, up to 4096 characters, not {_shown(header)}"
        raise LabError("bad-request", text)
    return header


def parsed(body: bytes) -> Any:
    """The JSON in `body`, read strictly. Raises `LabError` bad-request or bad-value."""
    try:
        document = _decoder.decode(body.decode())
        if b"\\u" in body:
            msgspec.json.encode(document)
    except UnicodeDecodeError as error:
        raise LabError("bad-request", f"the body {_shown(body)} is not UTF-8") from error
    except UnicodeEncodeError as error:
        raise LabError("bad-value", f"the body {_shown(body)} contains half a surrogate pair") from error
    except ValueError as error:
        raise LabError("bad-request", f"the body {_shown(body)} is not JSON: {error}") from error
    except RecursionError as error:
        raise _nested_too_deeply() from error
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise LabError("bad-request", f"the field {_shown(twice)} is given more than once")
    return fields


def _integer(text: str) -> int:
    if len(text) <= _INTEGER_DIGITS and SMALLEST_INTEGER <= (number := int(text)) <= LARGEST_INTEGER:
        return number
    raise LabError("bad-value", f"the integer {_shown(text)} does not fit into 64 bits; send it as a string")


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise LabError("bad-value", f"the number {_shown(text)} is too large; send it as a string")
    return number


def _constant(text: str) -> NoReturn:
    raise LabError("bad-value", f"{text} is not a JSON value")


def _check_size(value: object, body: bytes) -> None:
    """Check its size; encode the value only if its body is long or has escapes."""
    if len(body) <= MOST_VALUE_BYTES and b"\\u" not in body:
        return
    size = len(msgspec.json.encode(value))
    if size > MOST_VALUE_BYTES:
        raise LabError("too-large", f"the value has {size} bytes, more than {MOST_VALUE_BYTES}")


def _check_nesting(value: object, body: bytes) -> None:
    if body.count(b"[") + body.count(b"{") <= MOST_NESTING:
        return
    level = [value]
    for _ in range(MOST_NESTING):
        level = [inner for outer in level for inner in _inside(outer)]
    if level:
        raise _nested_too_deeply()


def _inside(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _nested_too_deeply() -> LabError:
    return LabError("bad-value", f"the value is nested more than {MOST_NESTING} levels deep")


def _shown(text: str | bytes) -> str:
    return ascii(text[:_SHOWN_CHARACTERS]) + ("…" if len(text) > _SHOWN_CHARACTERS else "")


_decoder = json.JSONDecoder(
    object_pairs_hook=_unique, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
