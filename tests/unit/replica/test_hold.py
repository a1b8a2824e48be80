"""While the lead passes to another, whoever asks the leader waits, whatever the request is."""

import pytest

from services.messages import Execute, Message, Operation, Read, Write
from services.messages.records import Statement
from services.settings.single_leader import SingleLeaderSettings
from tests.world.virtually import simulated
from tests.world.world import World

INSERT = (Statement("INSERT INTO orders(item) VALUES ('tea')"),)
COUNT = (Statement("SELECT count(*) FROM orders"),)
REQUESTS: dict[str, Message] = {
    "write": Write(operation=Operation("put", "k", 1)),
    "read": Read(key="k", mode="leader"),
    "transaction": Execute(statements=INSERT),
    "query": Execute(statements=COUNT, mode="leader"),
}


@pytest.mark.parametrize("kind", REQUESTS)
@simulated
async def test_a_request_waits_until_the_hold_ends(kind: str) -> None:
    async with World(SingleLeaderSettings()) as world:
        leader = await world.led()
        standing = world.standing(leader)
        standing.hold.begin(limit_s=60.0)
        asked = world.begin(leader, world.node(leader).handle(REQUESTS[kind]))
        # Past the door, and so the proof that there was time: commits go in the order of their coming.
        await world.done(world.begin(leader, standing.must_lead().write(Operation("put", "other", 2))))
        assert not asked.done()
        standing.hold.end()
        await world.done(asked)
