"""What a paused process does first when it goes on: answer what was asked meanwhile, or take the log?

A follower is stopped, its leader writes on, and readers ask the follower, half of them before the leader's
batch is under way and half of them after. When it goes on, each answer tells by its position whether the
log had been applied before. `PYTHONPATH=. .venv/bin/python benchmarks/wake_up.py [ROUNDS] [BUSY LOOPS]`
"""

import asyncio
import multiprocessing
import sys
import time

from chaos.runtimes.local import LocalCluster
from services.adapters.network import FrameNetwork
from services.messages import Operation, Read, ReadResult, Write, Written
from services.settings.single_leader import SingleLeaderSettings

READERS, WRITES = 8, 10
PATIENCE_S = 30.0


async def main(rounds: int, busy: int) -> None:
    """Print one line a round, and what they come to."""
    settings = SingleLeaderSettings(replication="async", detection_timeout_ms=20_000)
    cluster = await LocalCluster.start(settings)
    loops = [multiprocessing.Process(target=spin, daemon=True) for _ in range(busy)]
    try:
        for loop in loops:
            loop.start()
        shares = [await one_round(cluster, number) for number in range(rounds)]
    finally:
        for loop in loops:
            loop.kill()
        await cluster.close()
    none, all_of_them = shares.count(0.0), shares.count(1.0)
    print(
        f"{busy} busy loops, {rounds} rounds: answered from before the log: nobody {none}, some "
        f"{rounds - none - all_of_them}, all {all_of_them}; on average {sum(shares) / rounds:.0%}"
    )


def spin() -> None:
    """Keep one processor busy."""
    while True:
        pass


async def one_round(cluster: LocalCluster, number: int) -> float:
    """The share of the readers that were answered from before the log."""
    leader = await cluster.resolve("leader")
    follower = next(node for node in cluster.replicas if node != leader)
    doors = {node: f"http://{cluster.door(node)[0]}" for node in (leader, follower)}
    network = FrameNetwork(doors, cluster.door(leader)[1])
    try:
        await written(network, leader, -1)
        await cluster.pause(follower)
        early = [asyncio.create_task(read(network, follower)) for _ in range(READERS // 2)]
        await asyncio.sleep(0.05)
        for value in range(WRITES):
            last = await written(network, leader, value)
        late = [asyncio.create_task(read(network, follower)) for _ in range(READERS // 2)]
        await asyncio.sleep(0.4)
        woke = time.monotonic()
        await cluster.resume(follower)
        answers = await asyncio.gather(*early, *late)
    finally:
        await network.close()
    told = sorted((at - woke, position < last) for at, position in answers)
    print(f"{number:3}  " + "  ".join(f"{1000 * at:.1f}{'-' if old else '+'}" for at, old in told))
    return sum(old for _, old in told) / len(told)


async def written(network: FrameNetwork, leader: str, value: int) -> int:
    """The sequence of a write, once it is done."""
    reply = await network.call(leader, Write(operation=Operation("put", "x", value)), PATIENCE_S)
    assert isinstance(reply, Written)
    return reply.position.sequence


async def read(network: FrameNetwork, follower: str) -> tuple[float, int]:
    """When the follower answered, and where its log stood."""
    reply = await network.call(follower, Read(key="x", mode="local"), PATIENCE_S)
    assert isinstance(reply, ReadResult)
    return time.monotonic(), reply.position.sequence


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    asyncio.run(main(*[*numbers, *(10, 0)[len(numbers) :]]))
