"""The formulas of probabilistically bounded staleness, and the race between writes and reads by drawing."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaos.quorums.prediction import Legs, k_staleness, share_stale, windows_ms

AT_ONCE = Legs(writes=[(1.0, 0.0), (2.0, 0.0), (3.0, 0.0)], reads=[(0.0, 0.1), (0.0, 0.2)])


@pytest.mark.parametrize(
    ("n", "w", "r", "expected"),
    [(3, 1, 1, 2 / 3), (3, 2, 1, 1 / 3), (3, 2, 2, 0), (5, 1, 1, 0.8), (5, 2, 2, 0.3), (5, 3, 2, 0.1)],
)
def test_the_figures_of_the_paper(n: int, w: int, r: int, expected: float) -> None:
    assert k_staleness(n, w, r) == pytest.approx(expected)


@st.composite
def quorums(draw: st.DrawFn) -> tuple[int, int, int]:
    n = draw(st.integers(1, 7))
    return n, draw(st.integers(1, n)), draw(st.integers(1, n))


@given(quorums(), st.integers(1, 5))
def test_more_versions_are_missed_more_seldom_and_none_where_quorums_overlap(
    quorum: tuple[int, int, int], k: int
) -> None:
    n, w, r = quorum
    assert k_staleness(n, w, r, k + 1) <= k_staleness(n, w, r, k) == pytest.approx(k_staleness(n, w, r) ** k)
    assert (k_staleness(n, w, r, k) == 0) == (w + r > n)


delays = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=9)


@given(quorums(), delays, delays, st.integers(0, 99))
def test_no_read_that_begins_after_the_answer_is_stale_where_quorums_overlap(
    quorum: tuple[int, int, int],
    writes: list[tuple[float, float]],
    reads: list[tuple[float, float]],
    seed: int,
) -> None:
    n, w, r = quorum
    windows = windows_ms(n, w, r, Legs(writes, reads), Random(seed), 50)
    assert windows == sorted(windows)
    if w + r > n:
        assert share_stale(windows, 0.0) == 0
    assert share_stale(windows, windows[-1]) == 0


@pytest.mark.parametrize(("n", "w", "r"), [(3, 1, 1), (3, 2, 1), (3, 2, 2), (5, 1, 1), (5, 2, 2), (5, 3, 2)])
def test_reads_at_once_are_as_stale_as_the_formula_says(n: int, w: int, r: int) -> None:
    """Writes are far slower than reads, and no two take equally long: so w homes have one, and no more."""
    random = Random(7)
    writes = [(random.uniform(1, 1000), 0.0) for _ in range(4000)]
    reads = [(0.0, random.random() / 1000) for _ in range(4000)]
    windows = windows_ms(n, w, r, Legs(writes, reads), Random(1), 20_000)
    assert share_stale(windows, 0.0) == pytest.approx(k_staleness(n, w, r), abs=0.015)


def test_staleness_falls_with_time_and_with_what_clients_take_to_hear() -> None:
    windows = windows_ms(3, 1, 1, AT_ONCE, Random(1), 1000)
    falling = [share_stale(windows, after_ms) for after_ms in (0.0, 0.5, 1.0, 1.5, 2.0)]
    assert falling == sorted(falling, reverse=True) and falling[0] > 0 == falling[-1]
    slow = Legs(AT_ONCE.writes, AT_ONCE.reads, clients=[5.0])
    assert share_stale(windows_ms(3, 1, 1, slow, Random(1), 1000), 0.0) == 0


@pytest.mark.parametrize(
    ("n", "w", "r", "text"), [(3, 4, 1, "w must be from 1 to n"), (3, 1, 0, "r must be")]
)
def test_what_makes_no_quorum_is_refused(n: int, w: int, r: int, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        k_staleness(n, w, r)
    with pytest.raises(ValueError, match=text):
        windows_ms(n, w, r, AT_ONCE, Random(1), 1)


def test_nothing_is_predicted_without_delays() -> None:
    with pytest.raises(ValueError, match="needs measured delays"):
        windows_ms(3, 1, 1, Legs((), ()), Random(1), 1)
    with pytest.raises(ValueError, match="k is a number of versions"):
        k_staleness(3, 1, 1, 0)
