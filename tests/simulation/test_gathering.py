"""If no client waits for followers, shipping gathers for a moment: fewer messages, and hardly later."""

import asyncio
from collections import Counter

from services.messages import Message
from services.messages.single_leader import Append
from services.settings.single_leader import Replication, SingleLeaderSettings
from tests.world.virtually import simulated
from tests.world.world import World

WRITERS, WRITES = 6, 100
MOST_LAG_S = 0.03


class Shipped:
    """Counts what followers get: batches that are not empty, entries, and how late they are."""

    def __init__(self, world: World, leader: str) -> None:
        self.batches: Counter[str] = Counter()
        self.entries: Counter[str] = Counter()
        self.longest_lag_s = 0.0
        self._world, self._leader = world, leader
        for node in world.replicas:
            self._listen(node)

    def _listen(self, node: str) -> None:
        shell = self._world.node(node)
        handle = shell.handle

        async def counted(message: Message) -> Message:
            if isinstance(message, Append) and message.entries:
                self.batches[node] += 1
                self.entries[node] += len(message.entries)
            return await handle(message)

        shell.handle = counted  # type: ignore[method-assign]

    async def watch(self) -> None:
        while leader := self._world.standing(self._leader).leader:
            self.longest_lag_s = max(self.longest_lag_s, *(lag.seconds for lag in leader.lags().values()))
            await asyncio.sleep(0.001)


async def shipped(replication: Replication) -> Shipped:
    """What followers get while clients write one thing after the other."""
    async with World(SingleLeaderSettings(replication=replication)) as world:
        leader = await world.led()
        counts = Shipped(world, leader)
        watching = asyncio.create_task(counts.watch())

        async def write(writer: int) -> None:
            for number in range(WRITES):
                await world.put(leader, f"{writer}-{number}", number)

        await asyncio.gather(*map(write, range(WRITERS)))
        await world.settled()
        watching.cancel()
        assert set(counts.entries.values()) == {WRITERS * WRITES}
        return counts


@simulated
async def test_without_waiting_clients_batches_gather_also_under_load() -> None:
    gathered, at_once = await shipped("async"), await shipped("quorum-ack")
    for batches in gathered.batches.values():
        assert batches < WRITERS * WRITES / 4
        assert batches < min(at_once.batches.values()) / 2
    assert gathered.longest_lag_s < MOST_LAG_S
