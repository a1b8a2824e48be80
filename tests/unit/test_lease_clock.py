"""What a lease is counted by: the clock that saw most time pass; and which clocks this machine has."""

import time

import pytest

from services.adapters import clock as adapter
from services.adapters.clock import SystemClock
from services.lease_clock import LeaseClock


class Clocks:
    """Three clocks, set by hand."""

    def __init__(self) -> None:
        self.monotonic_s, self.asleep_s, self.wall_s = 100.0, 7.0, 1e9

    def monotonic(self) -> float:
        return self.monotonic_s

    def boottime(self) -> float:
        return self.monotonic_s + self.asleep_s

    def wall(self) -> float:
        return self.wall_s

    async def sleep(self, delay_s: float) -> None:
        raise AssertionError("nobody waits here")

    def go_on(self, awake_s: float = 0.0, asleep_s: float = 0.0, set_by_s: float = 0.0) -> None:
        """So much time passes; the wall clock is set by so much."""
        self.monotonic_s += awake_s
        self.asleep_s += asleep_s
        self.wall_s += awake_s + asleep_s + set_by_s


@pytest.mark.parametrize(
    ("steps", "passed_s"),
    [
        ([{"awake_s": 2.0}], 2.0),
        ([{"asleep_s": 3.0}], 3.0),
        ([{"awake_s": 1.0, "asleep_s": 3.0}], 4.0),
        ([{"set_by_s": 5.0}], 5.0),  # held still from outside, and set right afterwards
        ([{"awake_s": 1.0, "set_by_s": -5.0}], 1.0),
        ([{"set_by_s": -5.0}, {"awake_s": 1.0}, {"set_by_s": 5.0}], 6.0),
        ([{"set_by_s": 3600.0}, {"set_by_s": -3600.0}] * 2, 7200.0),
        ([{"awake_s": 0.1, "set_by_s": 0.0004}, {"awake_s": 0.1, "set_by_s": -0.0004}] * 50, 10.0),
        ([{"awake_s": 0.1, "set_by_s": 0.0004}] * 50, 5.02),  # small steps add up
    ],
)
def test_no_clock_saw_more_time_pass(steps: list[dict[str, float]], passed_s: float) -> None:
    clocks = Clocks()
    lease_clock = LeaseClock(clocks)
    began_s = before_s = lease_clock.now_s()
    for step in steps:
        clocks.go_on(**step)
        now_s = lease_clock.now_s()
        assert now_s >= before_s
        before_s = now_s
    assert before_s - began_s == pytest.approx(passed_s, abs=0.0011)


def test_this_system_has_a_clock_that_counts_sleep() -> None:
    clock = SystemClock()
    assert clock.counts_sleep
    earlier_s = clock.monotonic()  # read first: whatever passes between the two readings is no contradiction
    assert clock.boottime() >= earlier_s - 0.001
    before_s = clock.boottime()
    time.sleep(0.01)
    assert clock.boottime() >= before_s + 0.01


def test_a_system_without_one_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "_clock_that_counts_sleep", lambda: None)
    clock = SystemClock()
    assert not clock.counts_sleep
    before_s, boottime_s, after_s = clock.monotonic(), clock.boottime(), clock.monotonic()
    assert before_s <= boottime_s <= after_s
