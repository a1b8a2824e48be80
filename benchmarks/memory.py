"""How much memory does a local cluster hold, idle and under full load, and does it grow?

    PYTHONPATH=. .venv/bin/python benchmarks/memory.py [--minutes 5]

Prints the resident memory of every process when idle, and of the whole cluster each 15 s while 64
clients write as fast as they are answered. Flat means: the last third of the run against the second.
"""

import argparse
import asyncio
import time
from itertools import count
from statistics import mean

import aiohttp

from benchmarks.processes import processes
from chaos.runtimes.local import LocalCluster
from services.settings.single_leader import SingleLeaderSettings

CLIENTS = 64
KEYS = 1000
MIB = 1024 * 1024


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=5.0)
    options = parser.parse_args()
    lab = await LocalCluster.start(SingleLeaderSettings(replication="semi-sync"))
    try:
        await asyncio.sleep(2)
        for name, mib in sorted(resident(lab).items()):
            print(f"idle   {mib:6.1f} MiB  {name}")
        print(f"idle   {sum(resident(lab).values()):6.1f} MiB  the whole cluster")
        samples = await under_load(lab, options.minutes * 60)
    finally:
        await lab.close()
    third = len(samples) // 3
    before, after = mean(samples[third : 2 * third]), mean(samples[-third:])
    print(f"growth from the second to the last third: {100 * (after / before - 1):+.1f} %")


def resident(lab: LocalCluster) -> dict[str, float]:
    """MiB by process; what several of them share counts for each."""
    found: dict[str, float] = {}
    for name, process in processes(lab):
        found[name] = found.get(name, 0.0) + process.memory_info().rss / MIB
    return found


async def under_load(lab: LocalCluster, seconds: float) -> list[float]:
    """The whole cluster's MiB, every 15 s, while all clients write."""
    numbers, samples, until = count(), [], time.monotonic() + seconds
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def client(gateway: str) -> None:
            while time.monotonic() < until:
                number = next(numbers)
                async with session.put(f"{gateway}/kv/k{number % KEYS}", json={"value": number}) as response:
                    await response.read()

        urls = list(lab.gateways.values())
        clients = [asyncio.create_task(client(urls[i % len(urls)])) for i in range(CLIENTS)]
        while time.monotonic() < until:
            await asyncio.sleep(min(15, seconds / 9))
            samples.append(sum(resident(lab).values()))
            print(f"loaded {samples[-1]:6.1f} MiB after {next(numbers):,} writes", flush=True)
        await asyncio.gather(*clients)
    return samples


if __name__ == "__main__":
    asyncio.run(main())
