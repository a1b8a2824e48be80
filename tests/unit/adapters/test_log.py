"""The log on a real pipe: whole lines, at once, and no waiting for a reader who sleeps."""

import os
import time
from collections.abc import Iterator
from typing import TextIO

import pytest

from services.adapters.clock import SystemClock
from services.adapters.log import MOST_WAITING_LINES, LineLog
from services.logline import parse


@pytest.fixture
def pipe() -> Iterator[tuple[int, TextIO]]:
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        yield reading, stream
    os.close(reading)


@pytest.mark.parametrize("style", ["text", "json"])
def test_an_event_is_a_line_at_once(pipe: tuple[int, TextIO], style: str) -> None:
    reading, stream = pipe
    LineLog("n2", SystemClock(), style, stream).event("promoted", epoch=4, reason="leader silent")  # type: ignore[arg-type]
    line = parse(os.read(reading, 4096).decode())
    assert line is not None
    assert (line.node, line.event, line.fields) == ("n2", "promoted", {"epoch": 4, "reason": "leader silent"})


def test_a_traceback_stays_on_one_line(pipe: tuple[int, TextIO]) -> None:
    reading, stream = pipe
    try:
        raise KeyError("x")
    except KeyError as error:
        LineLog("n2", SystemClock(), "text", stream).event("bug", exc_info=error)
    line = parse(os.read(reading, 4096).decode())
    assert line is not None
    assert "KeyError: 'x'" in line.fields["exception"]


def test_nobody_reads_and_the_node_goes_on(pipe: tuple[int, TextIO]) -> None:
    reading, stream = pipe
    log = LineLog("n2", SystemClock(), "text", stream)
    began = time.monotonic()
    for number in range(3000):
        log.event("filler", number=number, text="x" * 100)
    assert time.monotonic() - began < 5
    seen = os.read(reading, 1 << 20).decode().splitlines()
    log.event("last")
    seen += os.read(reading, 1 << 20).decode().splitlines()
    numbers = [line.fields["number"] for line in map(parse, seen) if line and line.event == "filler"]
    assert numbers == list(range(len(numbers)))
    assert 0 < len(numbers) < 3000 < MOST_WAITING_LINES
