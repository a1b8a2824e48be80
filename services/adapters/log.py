"""The log port: one event per line on standard output, as text or as JSON, by structlog.

A node must not block because nobody reads its log. What does not fit into the pipe waits in memory, up to a
bound, and goes out before the next line.
"""

import select
from collections import deque
from collections.abc import Callable
from typing import Any, Literal, TextIO

import structlog

from services.logline import LogLine, as_json, as_text, is_notable
from services.ports import Clock

MOST_WAITING_LINES = 10_000
BOLD, PLAIN = "\x1b[1;33m", "\x1b[0m"


class LineLog:
    """See `services.ports.Log`. An exception given as `exc_info` becomes a field with its traceback."""

    def __init__(self, node: str, clock: Clock, style: Literal["text", "json"], stream: TextIO) -> None:
        render = _renderer(node, clock, style, colours=stream.isatty())
        self._log = structlog.wrap_logger(
            _Stream(stream),
            processors=[structlog.processors.format_exc_info, render],
            wrapper_class=structlog.BoundLogger,
        )

    def event(self, event: str, **fields: object) -> None:
        """Write one line. Raises `ValueError` if a field has a name that every line already uses."""
        self._log.info(event, **fields)


def _renderer(
    node: str, clock: Clock, style: Literal["text", "json"], colours: bool
) -> Callable[[Any, str, Any], str]:
    write = as_json if style == "json" else as_text

    def render(_logger: Any, _method: str, record: Any) -> str:
        event = record.pop("event")
        text = write(LogLine(clock.wall(), node, event, record))
        return f"{BOLD}{text}{PLAIN}" if colours and is_notable(event) else text

    return render


class _Stream:
    """Where the lines go; never waits for the reader."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: deque[str] = deque(maxlen=MOST_WAITING_LINES)

    def info(self, line: str) -> None:
        self._waiting.append(line)
        while self._waiting and self._has_room():
            self._stream.write(self._waiting.popleft() + "\n")
            self._stream.flush()

    def _has_room(self) -> bool:
        return bool(select.select([], [self._stream], [], 0)[1])
