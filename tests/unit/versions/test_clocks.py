"""Clocks of stamps: a hybrid one keeps the order of causes whatever the time of day, a wall clock may not."""

from hypothesis import given
from hypothesis import strategies as st

from services.versions.hybrid_clock import HybridClock, WallClock

TIMES_S = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20)


@given(TIMES_S, st.lists(st.integers(0, 10**13), max_size=20))
def test_a_hybrid_stamp_is_later_than_all_that_was_seen_and_written(
    times: list[float], seen: list[int]
) -> None:
    walls = iter([*times, *times])
    clock, latest = HybridClock(lambda: next(walls)), 0
    for place in range(len(times)):
        if place < len(seen):
            clock.saw(seen[place])
            latest = max(latest, seen[place])
        stamp = clock.now_us()
        assert stamp > latest
        latest = stamp


@given(TIMES_S)
def test_a_wall_clock_never_gives_one_stamp_twice_and_heeds_nobody(times: list[float]) -> None:
    walls = iter(times)
    clock, alone = WallClock(lambda: next(walls)), list[int]()
    for _ in times:
        clock.saw(10**14)
        alone.append(clock.now_us())
    assert alone == sorted(set(alone))
    assert all(stamp < 10**14 for stamp in alone)
