"""What settings without a leader may be."""

import pytest

from services.settings.of_families import settings_of


@pytest.mark.parametrize("family", ["leaderless", "multi-leader"])
@pytest.mark.parametrize("ahead_s", [1e300, -1e300, 1.1e9])
def test_a_clock_is_not_further_off_than_stamps_can_say(ahead_s: float, family: str) -> None:
    """A write of that node met a bug, for its stamp did not fit into a message."""
    with pytest.raises(
        ValueError, match=r"clocks_off_s says that g1 is .* s ahead; the most is 1000000000 s"
    ):
        settings_of({"family": family, "clocks_off_s": {"g1": ahead_s}})


@pytest.mark.parametrize(("n", "alike"), [(3, True), (2, False)])
def test_replicas_are_alike_where_each_is_a_home_of_every_key(n: int, alike: bool) -> None:
    document = {"family": "leaderless", "n": n, "w": 1, "r": 1, "anti_entropy": True}
    assert settings_of(document).all_alike(("n1", "n2", "n3")) is alike


def test_only_vectors_tell_what_is_obsolete() -> None:
    with pytest.raises(ValueError, match="obsolete 'refused' needs versions 'vectors' or 'dotted-vectors'"):
        settings_of({"family": "leaderless", "obsolete": "refused"})
