"""While the lead passes to another, whoever asks the leader waits, whatever the request is."""

import asyncio
from pathlib import Path

import pytest

from services.messages import Execute, Message, Operation, Read, Write
from services.messages.records import Statement
from services.replica.replica import Replica
from services.settings.single_leader import SingleLeaderSettings
from tests.unit.in_process import Cluster
from tests.unit.standing import standing

INSERT = (Statement("INSERT INTO orders(item) VALUES ('tea')"),)
COUNT = (Statement("SELECT count(*) FROM orders"),)
REQUESTS: dict[str, Message] = {
    "write": Write(operation=Operation("put", "k", 1)),
    "read": Read(key="k", mode="leader"),
    "transaction": Execute(statements=INSERT),
    "query": Execute(statements=COUNT, mode="leader"),
}


@pytest.mark.parametrize("kind", REQUESTS)
async def test_a_request_waits_until_the_hold_ends(tmp_path: Path, kind: str) -> None:
    async with Cluster(tmp_path, SingleLeaderSettings()) as cluster:
        replica = cluster.wires.nodes[cluster.leader or ""]
        assert isinstance(replica, Replica)
        standing(replica).hold.begin(limit_s=60.0)
        asked = asyncio.create_task(replica.handle(REQUESTS[kind]))
        await asyncio.sleep(0)  # it begins
        # Past the door, and so the proof that there was time: commits go in the order of their coming.
        await standing(replica).must_lead().write(Operation("put", "other", 2))
        assert not asked.done()
        standing(replica).hold.end()
        await asked
