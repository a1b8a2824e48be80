"""The ring: the same for everybody, fair, and it moves few keys."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.groups.ring import Ring

FIVE = ("n1", "n2", "n3", "n4", "n5")
KEYS = [f"key-{number}" for number in range(2000)]


@given(st.text(min_size=1), st.permutations(FIVE), st.integers(1, 5))
def test_the_order_of_names_does_not_matter(key: str, nodes: list[str], most: int) -> None:
    homes = Ring(nodes).preference(key, most)
    assert homes == Ring(FIVE).preference(key, most)
    assert len(set(homes)) == most
    assert homes == Ring(FIVE).preference(key, 5)[:most]


def test_there_are_no_more_homes_than_nodes() -> None:
    assert sorted(Ring(FIVE[:3]).preference("x", 5)) == ["n1", "n2", "n3"]


@pytest.mark.parametrize("gone", FIVE)
def test_whoever_goes_moves_only_what_it_held(gone: str) -> None:
    before, after = Ring(FIVE), Ring([node for node in FIVE if node != gone])
    for key in KEYS:
        homes = before.preference(key, 3)
        if gone not in homes:
            assert after.preference(key, 3) == homes
        else:
            kept = tuple(node for node in homes if node != gone)
            assert after.preference(key, 3)[:2] == kept


def test_each_holds_its_share() -> None:
    ring = Ring(FIVE)
    held = Counter(home for key in KEYS for home in ring.preference(key, 3))
    fair = len(KEYS) * 3 / len(FIVE)
    assert all(0.7 * fair < held[node] < 1.3 * fair for node in FIVE), held


def test_a_hash_tag_keeps_keys_together() -> None:
    ring = Ring(FIVE)
    assert ring.preference("{cart-7}:items", 3) == ring.preference("{cart-7}:owner", 3)
