"""What an order has set outlives the process that took it."""

from contextlib import closing
from pathlib import Path

import apsw
import pytest

from services.errors import LabError
from services.messages import Configure
from services.settings.single_leader import ReplicationLog, SingleLeaderSettings
from tests.unit.in_process import REPLICAS, Cluster


@pytest.mark.parametrize("node", ["n1", "controller"])
async def test_a_node_that_starts_again_keeps_the_settings_of_the_order(tmp_path: Path, node: str) -> None:
    ordered = SingleLeaderSettings(replication="quorum-ack", epochs=False)
    async with Cluster(tmp_path, SingleLeaderSettings()) as cluster:
        await cluster.call(node, Configure(settings=ordered, reset=True))
        await cluster.kill(node)
        await cluster.start(node)
        assert cluster.status(node).settings == ordered


@pytest.mark.parametrize(("before", "after"), [("wal", "row"), ("row", "wal")])
async def test_data_does_not_move_between_files_by_an_order(
    tmp_path: Path, before: ReplicationLog, after: ReplicationLog
) -> None:
    ordered = SingleLeaderSettings(replication_log=after)
    async with Cluster(tmp_path, SingleLeaderSettings(replication_log=before)) as cluster:
        with pytest.raises(LabError, match=f"bad-order: from the log {before} to {after} .* empty data"):
            await cluster.call("n1", Configure(settings=ordered))
        await cluster.call("n1", Configure(settings=ordered, reset=True))
        assert cluster.status("n1").settings == ordered


def test_a_copy_of_pages_has_the_indexes_of_the_leader() -> None:
    with pytest.raises(ValueError, match="reporting_indexes gives some replicas an index more"):
        SingleLeaderSettings(replication_log="wal", reporting_indexes=True)


async def test_a_new_format_is_for_the_next_start_and_costs_the_leader_nothing(tmp_path: Path) -> None:
    ordered = SingleLeaderSettings(new_format=("n1",))
    async with Cluster(tmp_path, SingleLeaderSettings()) as cluster:
        leader = cluster.leader or ""
        await cluster.put(leader, "x", "ü")
        for node in REPLICAS:
            await cluster.call(node, Configure(settings=ordered))
        assert (cluster.leader, cluster.status(leader).settings) == (leader, ordered)
        await cluster.put(leader, "x", "ö")
        await cluster.settled()
        await cluster.kill("n1")
        await cluster.start("n1")
        assert await cluster.registers("n1") == {"x": "ö"}
        with closing(apsw.Connection(str(tmp_path / "n1" / "replica.db"))) as database:
            assert (database.pragma("page_size"), database.pragma("encoding")) == (8192, "UTF-16le")
