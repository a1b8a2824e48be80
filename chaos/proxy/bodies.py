"""Request bodies, read the way Go's encoding/json reads them, because that is what clients rely on.

Only the first value of the body counts. Names match whatever the case of their letters, unknown ones
are ignored, and null means absent. Types are strict: neither 1.0 nor "1" is an integer.
"""

import json
from collections.abc import Container, Mapping
from dataclasses import fields, replace
from typing import Any, NoReturn

from chaos.proxy.errors import BAD_BODY, INVALID_STREAM, INVALID_TYPE, MISSING_FIELD, TOXIC_EXISTS, ApiError
from chaos.proxy.records import Direction, ProxySettings, Toxic
from chaos.proxy.toxics import TOXICS

INTEGERS = range(-(2**63), 2**63)
LARGEST_FLOAT32 = 3.4028234663852886e38
PROXY_FIELDS = {"name": str, "listen": str, "upstream": str, "enabled": bool}
TOXIC_FIELDS = {"name": str, "type": str, "stream": str, "toxicity": float, "attributes": dict}


def new_proxy(body: bytes) -> tuple[ProxySettings, bool]:
    """The proxy to create, and whether it is to be enabled."""
    return _proxy(_members(_first_value(body), PROXY_FIELDS), where="")


def new_proxies(body: bytes) -> list[tuple[ProxySettings, bool]]:
    """The proxies to populate with; all are checked before any is returned."""
    entries = _first_value(body)
    if not isinstance(entries, list | None):
        raise ApiError(BAD_BODY, f"expected a list of proxies, got {_shown(entries)}")
    return [
        _proxy(_members(entry, PROXY_FIELDS), where=f" at proxy {number}")
        for number, entry in enumerate(entries or [], start=1)
    ]


def proxy_changes(body: bytes) -> tuple[dict[str, str], bool | None]:
    """The addresses that are to change, and whether the proxy is to be enabled, if that is said."""
    given = _members(_first_value(body), PROXY_FIELDS)
    return {name: given[name] for name in ("listen", "upstream") if name in given}, given.get("enabled")


def new_toxic(body: bytes, taken: Container[str]) -> Toxic:
    """The toxic to add to a proxy that has those of the names `taken`."""
    given = {
        "stream": "downstream",
        "toxicity": 1.0,
        "type": "",
        **_members(_first_value(body), TOXIC_FIELDS),
    }
    if given["stream"].lower() not in {direction.value for direction in Direction}:
        raise ApiError(INVALID_STREAM)
    if given["type"] not in TOXICS:
        raise ApiError(INVALID_TYPE)
    name = given.get("name") or f"{given['type']}_{given['stream']}"
    if name in taken:
        raise ApiError(TOXIC_EXISTS)
    attributes = _merged(TOXICS[given["type"]].default, given.get("attributes"))
    return Toxic(name, given["type"], given["stream"], given["toxicity"], attributes)


def changed_toxic(body: bytes, toxic: Toxic) -> Toxic:
    """`toxic` with the attributes and toxicity that the body gives; everything else stays."""
    given = _members(_first_value(body), TOXIC_FIELDS)
    attributes = _merged(toxic.attributes, given.get("attributes"))
    return replace(toxic, attributes=attributes, toxicity=given.get("toxicity", toxic.toxicity))


def _proxy(given: Mapping[str, Any], where: str) -> tuple[ProxySettings, bool]:
    for field in ("name", "upstream"):
        if not given.get(field):
            raise ApiError(MISSING_FIELD, field + where)
    settings = ProxySettings(given["name"], given.get("listen", ""), given["upstream"])
    return settings, given.get("enabled", True)


def _merged(attributes: Any, changes: object) -> Any:
    kinds = {field.name: field.type for field in fields(attributes)}
    return replace(attributes, **_members(changes, kinds))


def _first_value(body: bytes) -> Any:
    text = body.decode(errors="replace").lstrip(" \t\r\n")
    if not text:
        raise ApiError(BAD_BODY, "EOF")
    try:
        value, _ = json.JSONDecoder(parse_constant=_no_constant).raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise ApiError(BAD_BODY, error) from error
    return value


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


def _members(value: object, kinds: Mapping[str, Any]) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ApiError(BAD_BODY, f"expected an object, got {_shown(value)}")
    given = {name.lower(): member for name, member in value.items() if member is not None}
    return {name: _typed(name, given[name], kind) for name, kind in kinds.items() if name in given}


def _typed(name: str, value: Any, kind: type) -> Any:
    fits = {
        int: type(value) is int and value in INTEGERS,
        float: type(value) in (int, float) and abs(value) <= LARGEST_FLOAT32,
    }
    if not fits.get(kind, type(value) is kind):
        raise ApiError(BAD_BODY, f"{name}: expected {kind.__name__}, got {_shown(value)}")
    return _valid_unicode(value) if kind is str else kind(value)


def _valid_unicode(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _shown(value: object) -> str:
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = json.dumps(value)
    return text if len(text) <= 40 else text[:37] + "..."
