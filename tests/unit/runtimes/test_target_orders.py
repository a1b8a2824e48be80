"""An order that a cluster does not have is refused in words, with what would have it."""

from types import SimpleNamespace
from typing import Any

import pytest

from chaos.cluster import ClusterError
from chaos.targets.target import Target, target_of
from services.settings import settings_of


def target(family: str) -> Target:
    asking: Any = SimpleNamespace(crew=SimpleNamespace(settings=settings_of({"family": family})))
    return target_of(family, asking)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "hand-over",
            "a leaderless cluster has no order to hand the lead over; only a cluster with one leader",
        ),
        ("promote", "no order to promote a replica to leader"),
        ("replicate", "no order to choose for which followers a write waits"),
    ],
)
async def test_without_a_leader_there_is_nobody_to_order(name: str, words: str) -> None:
    with pytest.raises(ClusterError, match=words):
        await target("leaderless").order(name, "n2")


async def test_one_leader_knows_its_orders() -> None:
    with pytest.raises(ClusterError, match="no order to dance; there are: promote, hand-over"):
        await target("single-leader").order("dance", "n2")
    with pytest.raises(ClusterError, match="nobody is named to promote a replica to leader; name a replica"):
        await target("single-leader").order("promote")
