"""A log line: one event, as text for people or as JSON for machines, and back again.

    17:22:21.345 n2 promoted role=leader epoch=4 position=118 reason="leader silent 1.5 s"  <<<
    {"time":1732209741.345,"node":"n2","role":"leader","epoch":4,"position":118,"event":"promoted",…}

`parse` is the exact inverse of both: a line shows whether a value was 118 or "118", because strings that look
like something else are in quotes.
"""

import json
import re
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

RESERVED = ("time", "node", "event")
FIRST_FIELDS = ("role", "epoch", "position")
NOTABLE_WORDS = {"promoted", "demoted", "appointed", "failover", "fenced", "shut", "aside", "emptied"}
NOTABLE_WORDS |= {"refused", "expired", "crashed", "bug", "failed", "powered", "undone"}
MARK = "  <<<"  # after role changes and refusals, so that the eye finds them

_HEAD = re.compile(r"(?:(\d\d):(\d\d):(\d\d\.\d{3}) )?([^\s=]+) ([^\s=]+)")
_NAME = re.compile(r" ([^\s=]+)=")
_BARE = re.compile(r"\S+")
_decoder = json.JSONDecoder()
_compact = json.JSONEncoder(separators=(",", ":"), default=str).encode


class LogLine(NamedTuple):
    """`time_s` counts from 1970 in a JSON line and from midnight in a text line, which may lack it."""

    time_s: float | None
    node: str
    event: str
    fields: Mapping[str, Any]


def is_notable(event: str) -> bool:
    """True for role changes and refusals."""
    return not NOTABLE_WORDS.isdisjoint(event.split("-"))


def as_text(line: LogLine) -> str:
    """The line for people, with the local time of day; `time_s` counts from 1970 here."""
    _check(line)
    words = [line.node, line.event, *(f"{name}={_text_of(value)}" for name, value in line.fields.items())]
    if line.time_s is not None:
        seconds, milliseconds = divmod(round(line.time_s * 1000), 1000)
        words.insert(0, f"{time.strftime('%H:%M:%S', time.localtime(seconds))}.{milliseconds:03}")
    return " ".join(words) + (MARK if is_notable(line.event) else "")


def as_json(line: LogLine) -> str:
    """The line for machines: one flat object."""
    _check(line)
    first = {name: line.fields[name] for name in FIRST_FIELDS if name in line.fields}
    record = {"time": line.time_s, "node": line.node, **first, "event": line.event, **line.fields}
    return _compact(record)


def parse(line: str) -> LogLine | None:
    """The event in `line`; None if it is not a node's log line."""
    line = line.rstrip("\r\n")
    return _parse_json(line) if line.startswith("{") else _parse_text(line)


def _check(line: LogLine) -> None:
    for name in RESERVED:
        if name in line.fields:
            raise ValueError(f"a field of {line.event!r} is called {name!r}, which every line has already")


def _text_of(value: object) -> str:
    if not isinstance(value, str | int | float | list | dict | None):
        value = str(value)
    if not isinstance(value, str):
        return _compact(value)
    return value if _can_stand_bare(value) else json.dumps(value, ensure_ascii=not value.isprintable())


def _can_stand_bare(text: str) -> bool:
    fits = text.isprintable() and _BARE.fullmatch(text) is not None and text[0] not in '"[{'
    return fits and _value_at(text, 0) == (text, len(text))


def _parse_json(line: str) -> LogLine | None:
    try:
        record = json.loads(line)
        time_s, node, event = (record.pop(name) for name in RESERVED)
    except (ValueError, KeyError):
        return None
    return LogLine(time_s, node, event, record)


def _parse_text(line: str) -> LogLine | None:
    line = line.removesuffix(MARK)
    head = _HEAD.match(line)
    if head is None:
        return None
    hours, minutes, seconds, node, event = head.groups()
    fields, at = {}, head.end()
    while at < len(line):
        name = _NAME.match(line, at)
        if name is None or name.end() == len(line):
            return None
        fields[name[1]], at = _value_at(line, name.end())
    time_s = None if hours is None else int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    return LogLine(time_s, node, event, fields)


def _value_at(line: str, at: int) -> tuple[Any, int]:
    """The value that begins at `at`, and where it ends. A value that is not JSON is a bare string."""
    bare = _BARE.match(line, at)
    bare_end = bare.end() if bare else at
    try:
        value, end = _decoder.raw_decode(line, at)
    except ValueError:
        return line[at:bare_end], bare_end
    if end < bare_end:  # like 2024-01-01, which only begins like a number
        return line[at:bare_end], bare_end
    return value, end
