"""Stalls against a bound: what counts as asking in vain, and for how long."""

from typing import Any

import pytest

from chaos.checkers import Checker, long_outage, unavailable, write_stall
from chaos.history import Event, History

MS = 1_000_000


def history(*rows: tuple[int, str, int, str], gateways: str = "g") -> History:
    """Rows of time in milliseconds, type, process, f; each process asks its own of the `gateways`."""
    events: list[Any] = [
        Event(index=index, time=time * MS, type=type_, process=process, f=f, key="x",  # type: ignore[arg-type]
              gateway=gateways[process % len(gateways)])
        for index, (time, type_, process, f) in enumerate(rows)
    ]  # fmt: skip
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
HEALED_AND_READ = [
    Event(index=3, time=8000 * MS, type="info", process="nemesis", f="stop-partition"),
    Event(index=4, time=9000 * MS, type="invoke", process=9, f="read", node="n1", final=True),
    Event(index=5, time=9001 * MS, type="ok", process=9, f="read", node="n1", final=True),
]
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
        (long_outage.check, "long_outage_ms", outage_ms),
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


def test_a_gateway_without_answers_is_unavailable_while_the_other_works() -> None:
    rows = [(1, "invoke", 0, "read"), (500, "fail", 0, "read")]
    rows += [
        row for ms in range(0, 500, 100) for row in ((ms, "invoke", 1, "read"), (ms + 9, "ok", 1, "read"))
    ]
    story = history(*sorted(rows), gateways="ab")
    (witness,) = unavailable.check(story, bound_ms=400).witnesses
    assert witness.text.startswith("No operation at a succeeded from 0.001 s to 0.500 s")
    assert long_outage.check(story, bound_ms=400).found is False


def test_what_stays_open_is_wanted_until_the_clients_stop() -> None:
    events = [*NEVER_AGAIN.events[:3], *HEALED_AND_READ]
    assert write_stall.check(History.of(events), bound_ms=0).measures == {"write_stall_ms": 10}


@pytest.mark.parametrize("check", [write_stall.check, unavailable.check, long_outage.check])
def test_without_a_bound_the_reader_is_told_how_to_state_one(check: Checker) -> None:
    finding = check(WAITING)
    assert finding.found is None
    assert "bounds_ms" in finding.reason and "--bound-ms" in finding.reason
    assert len(finding.measures) == 1


def test_a_transaction_that_only_reads_is_no_write() -> None:
    append, read = [["append", "a", 1]], [["r", "a", None]]
    rows: list[tuple[int, Any, int, Any]] = [
        (0, "invoke", 0, append), (100, "invoke", 1, read),
        (110, "ok", 1, [["r", "a", []]]), (500, "ok", 0, append),
    ]  # fmt: skip
    story = History.of(
        Event(index=index, time=time * MS, type=type_, process=process, f="txn", value=value)
        for index, (time, type_, process, value) in enumerate(rows)
    )
    assert write_stall.check(story, bound_ms=300).measures == {"write_stall_ms": 500}
    assert long_outage.check(story, bound_ms=300).measures == {"long_outage_ms": 390}
