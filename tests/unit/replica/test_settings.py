"""What an order has set outlives the process that took it."""

from pathlib import Path

import pytest

from services.config import ClusterSettings, ReplicationLog
from services.errors import LabError
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


@pytest.mark.parametrize(("before", "after"), [("wal", "row"), ("row", "wal")])
async def test_data_does_not_move_between_files_by_an_order(
    tmp_path: Path, before: ReplicationLog, after: ReplicationLog
) -> None:
    ordered = ClusterSettings(replication_log=after)
    async with Cluster(tmp_path, ClusterSettings(replication_log=before)) as cluster:
        with pytest.raises(LabError, match=f"bad-order: from the log {before} to {after} .* empty data"):
            await cluster.call("n1", Configure(settings=ordered))
        await cluster.call("n1", Configure(settings=ordered, reset=True))
        assert cluster.status("n1").settings == ordered


def test_a_copy_of_pages_has_the_indexes_of_the_leader() -> None:
    with pytest.raises(ValueError, match="reporting_indexes gives some replicas an index more"):
        ClusterSettings(replication_log="wal", reporting_indexes=True)
