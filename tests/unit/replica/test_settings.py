"""What an order has set outlives the process that took it."""

from pathlib import Path

import pytest

from services.config import ClusterSettings
from services.messages import Configure
from tests.unit.in_process import Cluster


@pytest.mark.parametrize("node", ["n1", "controller"])
async def test_a_node_that_starts_again_keeps_the_settings_of_the_order(tmp_path: Path, node: str) -> None:
    ordered = ClusterSettings(replication="quorum-ack", epochs=False)
    async with Cluster(tmp_path, ClusterSettings()) as cluster:
        await cluster.call(node, Configure(settings=ordered, reset=True))
        await cluster.kill(node)
        await cluster.start(node)
        assert cluster.status(node).settings == ordered
