"""How much memory does a local cluster hold, idle and under full load, and does it grow?

    PYTHONPATH=. .venv/bin/python benchmarks/memory.py [--minutes 5]

Prints the resident memory of every process when idle, and of the whole cluster each 15 s while 64
clients write as fast as they are answered. Flat means: the last third of the run against the second.
"""

import argparse
import asyncio
import json
import time
from functools import partial
from statistics import mean

from benchmarks import load
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


def put(number: int) -> bytes:
    """The request that writes `number`."""
    return load.request("PUT", f"/kv/k{number % KEYS}", json.dumps({"value": number}).encode())


async def under_load(lab: LocalCluster, seconds: float) -> list[float]:
    """The whole cluster's MiB, every 15 s, while all clients write."""
    urls, samples, until = list(lab.gateways.values()), [], time.monotonic() + seconds
    clients = [partial(load.rate, url, put, CLIENTS // len(urls), seconds) for url in urls]
    writing = [asyncio.create_task(load.on_a_loop_of_its_own(each)) for each in clients]
    while time.monotonic() < until:
        await asyncio.sleep(min(15, seconds / 9))
        samples.append(sum(resident(lab).values()))
        print(f"loaded {samples[-1]:6.1f} MiB", flush=True)
    print(f"writes {sum(await asyncio.gather(*writing)):,.0f}/s")
    return samples


if __name__ == "__main__":
    asyncio.run(main())
