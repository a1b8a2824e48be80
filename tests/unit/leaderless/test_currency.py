"""How far behind a home may be: never less than it is, whoever took the writes and whoever was compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.leaderless.currency import Currency
from services.settings.leaderless import LeaderlessSettings

PEERS = ("n2", "n3", "n4", "n5")
N = 1 + len(PEERS)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.permutations(range(N))),
        st.tuples(st.just("compare"), st.sampled_from(range(1, N))),
    ),
    max_size=30,
)


@given(st.integers(1, N), steps)
def test_whatever_is_older_than_it_says_is_there(w: int, steps: list[tuple[str, object]]) -> None:
    """A store of five homes, each a set of the moments of the writes that it has; n1 is judged."""
    now_s = 0.0
    currency = Currency(lambda: now_s, PEERS, w)
    homes: list[set[float]] = [set() for _ in range(N)]
    acknowledged: list[float] = []
    for what, which in steps:
        now_s += 1.0
        if what == "write":
            assert isinstance(which, list)
            for home in which[:w]:
                homes[home].add(now_s)
            acknowledged.append(now_s)
        else:
            assert isinstance(which, int)
            began_s = currency.moment()
            both = homes[0] | homes[which]
            currency.compared(PEERS[which - 1], began_s, len(both - homes[0]))
            homes[0], homes[which] = both, set(both)
        behind_ms = currency.behind_ms
        if behind_ms is not None:
            assert all(write in homes[0] for write in acknowledged if write <= now_s - behind_ms / 1000)


def test_who_has_just_started_does_not_know() -> None:
    currency = Currency(lambda: 5.0, PEERS, w=3)
    assert (currency.behind_ms, currency.lacked) == (None, None)
    currency.compared("n2", 3.0, 7)
    assert (currency.behind_ms, currency.lacked) == (None, 7)
    currency.compared("n4", 4.5, 0)
    assert currency.behind_ms == 2000.0, "two of four others are enough where three must have a write"
    currency.compared("n5", 4.0, 0)
    assert currency.behind_ms == 1000.0


def test_who_has_all_writes_is_never_behind() -> None:
    assert Currency(lambda: 5.0, PEERS, w=N).behind_ms == 0.0


@pytest.mark.parametrize("wrong", [{"read_bound_s": 0.0}, {"read_bound_s": 1.0, "anti_entropy": False}])
def test_a_bound_that_nobody_could_keep_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="read_bound_s"):
        LeaderlessSettings(**{"anti_entropy": True, **wrong})  # type: ignore[arg-type]
