"""Two leaders at once, one of each partition: the page says of which, and draws nothing between them."""

from pathlib import Path

import pytest

from chaos.recording.folder import RunFolder
from chaos.report.lag import lags
from chaos.report.page import section
from chaos.report.render import plain
from chaos.report.saved import Saved, read_again
from tests.unit.report.runs import simulated


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    (folder,) = simulated(tmp_path_factory.mktemp("runs"), "consistent-prefix:independent-partitions")
    return read_again(RunFolder(Path(folder)))


def test_replicas_have_their_partition_and_links_stay_within_one(saved: Saved) -> None:
    drawn = section(saved).drawing
    assert drawn["partitions"] == {"n1": 1, "n2": 1, "n3": 1, "n4": 2, "n5": 2, "n6": 2}
    links = {tuple(link) for link in drawn["links"]}
    assert {("n1", "n2"), ("n4", "n6"), ("g1", "n1"), ("g1", "n4"), ("controller", "n5")} <= links
    assert not {("n1", "n4"), ("n6", "n3")} & links


def test_the_story_says_whose_leader_acknowledges(saved: Saved) -> None:
    texts = [statement.text for statement in section(saved).story]
    assert "(partition 1, epoch 1) acknowledges" in texts[0]
    assert "(partition 2, epoch 1) acknowledges" in texts[0]
    assert any("the same on all of a partition." in text for text in texts)


def test_only_who_was_cut_off_lags(saved: Saved) -> None:
    worst = {node: max(lag or 0.0 for _, lag in looks) for node, looks in lags(saved).items()}
    (cut_off,) = (node for node, lag_ms in worst.items() if lag_ms > 1000)
    assert cut_off in ("n1", "n2", "n3")
    measured = saved.verdict.measures
    assert max((f"lag_ms_{node}" for node in worst), key=lambda name: measured[name]) == f"lag_ms_{cut_off}"


def test_groups_are_told_as_groups() -> None:
    assert plain((("n1", "n2"), ("n3",))) == "n1 n2 | n3"
    assert plain(()) == "none"
    assert plain(None) == plain({}) == "none"
