"""What an order has set outlives the process that took it."""

from contextlib import closing

import pytest

from services.errors import LabError
from services.messages import Configure
from services.settings.single_leader import ReplicationLog, SingleLeaderSettings
from services.single_leader.storage import DATABASE
from tests.world.virtually import simulated
from tests.world.world import REPLICAS, World


@pytest.mark.parametrize("node", ["n1", "controller"])
@simulated
async def test_a_node_that_starts_again_keeps_the_settings_of_the_order(node: str) -> None:
    ordered = SingleLeaderSettings(replication="quorum-ack", epochs=False)
    async with World(SingleLeaderSettings()) as world:
        await world.call(node, Configure(settings=ordered, reset=True))
        await world.kill(node)
        await world.boot(node)
        assert world.account(node).settings == ordered


@pytest.mark.parametrize(("before", "after"), [("wal", "row"), ("row", "wal")])
@simulated
async def test_data_does_not_move_between_files_by_an_order(
    before: ReplicationLog, after: ReplicationLog
) -> None:
    ordered = SingleLeaderSettings(replication_log=after)
    async with World(SingleLeaderSettings(replication_log=before)) as world:
        with pytest.raises(LabError, match=f"bad-order: the log {after} cannot .* {before}; .* empty data"):
            await world.call("n1", Configure(settings=ordered))
        await world.call("n1", Configure(settings=ordered, reset=True))
        assert world.account("n1").settings == ordered


def test_a_copy_of_pages_has_the_indexes_of_the_leader() -> None:
    with pytest.raises(ValueError, match="reporting_indexes gives some replicas an index more"):
        SingleLeaderSettings(replication_log="wal", reporting_indexes=True)


@simulated
async def test_a_new_format_is_for_the_next_start_and_costs_the_leader_nothing() -> None:
    ordered = SingleLeaderSettings(new_format=("n1",))
    async with World(SingleLeaderSettings()) as world:
        leader = await world.led()
        await world.put(leader, "x", "ü")
        for node in REPLICAS:
            await world.call(node, Configure(settings=ordered))
        assert (world.leader, world.account(leader).settings) == (leader, ordered)
        await world.put(leader, "x", "ö")
        await world.settled()
        await world.kill("n1")
        await world.boot("n1")
        assert await world.registers("n1") == {"x": "ö"}
        with closing(world.node("n1").env.disk.connect(DATABASE)) as database:
            assert (database.pragma("page_size"), database.pragma("encoding")) == (8192, "UTF-16le")
