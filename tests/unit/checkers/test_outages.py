"""Stalls against a bound: what counts as asking in vain, and for how long."""

from typing import Any

import pytest

from chaos.checkers import unavailable, write_stall
from chaos.history import Event, History

MS = 1_000_000


def history(*rows: tuple[int, str, int, str]) -> History:
    """Rows of time in milliseconds, type, process, f."""
    events: list[Any] = [
        Event(index=index, time=time * MS, type=type_, process=process, f=f, key="x")  # type: ignore[arg-type]
        for index, (time, type_, process, f) in enumerate(rows)
    ]
    return History.of(events)


WAITING = history(
    (0, "invoke", 0, "write"), (10, "ok", 0, "write"),
    (20, "invoke", 0, "write"), (520, "ok", 0, "write"),
)  # fmt: skip
REFUSED = history(
    (0, "invoke", 0, "write"), (10, "ok", 0, "write"),
    (100, "invoke", 0, "write"), (101, "fail", 0, "write"),
    (600, "invoke", 0, "write"), (610, "ok", 0, "write"),
)  # fmt: skip
IDLE = history(
    (0, "invoke", 0, "write"), (10, "ok", 0, "write"),
    (900, "invoke", 0, "write"), (910, "ok", 0, "write"),
)  # fmt: skip
NEVER_AGAIN = history(
    (0, "invoke", 0, "write"), (10, "ok", 0, "write"),
    (20, "invoke", 0, "write"), (300, "info", 0, "write"),
)  # fmt: skip
OTHERS_WAIT = history(
    (0, "invoke", 0, "write"), (5, "invoke", 1, "write"),
    (10, "ok", 0, "write"), (400, "ok", 1, "write"),
)  # fmt: skip
READS_WORK = history(
    (0, "invoke", 0, "write"), (100, "invoke", 1, "read"), (101, "ok", 1, "read"), (200, "ok", 0, "write"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("story", "stall_ms", "outage_ms"),
    [
        (WAITING, 500, 500),
        (REFUSED, 510, 510),
        (IDLE, 10, 10),
        (NEVER_AGAIN, 280, 280),
        (OTHERS_WAIT, 390, 390),
        (READS_WORK, 200, 101),
    ],
)
def test_longest(story: History, stall_ms: float, outage_ms: float) -> None:
    for check, name, longest_ms in (
        (write_stall.check, "write_stall_ms", stall_ms),
        (unavailable.check, "unavailable_ms", outage_ms),
    ):
        assert check(story, bound_ms=longest_ms).found is False
        finding = check(story, bound_ms=longest_ms - 1)
        assert finding.found is True
        assert finding.measures == {name: longest_ms}


def test_witness() -> None:
    (witness,) = write_stall.check(REFUSED, bound_ms=250).witnesses
    assert witness.ops == (2, 3)
    assert witness.text == (
        "No write succeeded from 0.100 s to 0.610 s, although one was wanted: 510 ms, "
        "more than the 250 ms allowed."
    )
