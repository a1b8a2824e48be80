"""How fast are acknowledged, durable, replicated writes? As ratios, side by side in one run.

    PYTHONPATH=. .venv/bin/python benchmarks/replica.py [--seconds 3] [--rounds 3]

Four rates, in turn, `--rounds` times, and the medians of their ratios:

- *apsw*: one-row transactions on the same disk, each synced, nothing else in the way.
- *direct*: one client, straight to the leader of an `async` cluster.
- *one*, *many*: 1 and 64 clients through gateway and link proxies, `semi-sync`, 3 replicas.
- *single*: 64 clients to one FastAPI process that writes to SQLite without replication.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from statistics import median

import aiohttp
import apsw

from chaos.runtimes.local import LocalCluster
from services.messages import Operation, Write, encode
from services.settings.single_leader import SingleLeaderSettings

CLIENTS = 64
Send = Callable[[int], Awaitable[None]]


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with single_process() as single:
        async with cluster() as lab:
            rounds = [await one_round(lab, single, options.seconds) for _ in range(options.rounds)]
    for above, below in (("direct", "apsw"), ("many", "one"), ("many", "single")):
        ratios = [rates[above] / rates[below] for rates in rounds]
        print(
            f"{above} / {below}: median {median(ratios):.2f}  (from {min(ratios):.2f} to {max(ratios):.2f})"
        )


async def one_round(lab: LocalCluster, single: str, seconds: float) -> dict[str, float]:
    """Writes per second of each kind."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        rates = {"apsw": apsw_alone(seconds)}
        await lab.configure(SingleLeaderSettings(replication="async"))
        rates["direct"] = await rate(await to_the_leader(lab, session), 1, seconds)
        await lab.configure(SingleLeaderSettings(replication="semi-sync"))
        gateway = next(iter(lab.gateways.values()))
        rates["one"] = await rate(to_url(session, gateway), 1, seconds)
        rates["many"] = await rate(to_url(session, gateway), CLIENTS, seconds)
        rates["single"] = await rate(to_url(session, single), CLIENTS, seconds)
    print("  ".join(f"{name} {value:,.0f}/s" for name, value in rates.items()), flush=True)
    return rates


def apsw_alone(seconds: float) -> float:
    """One-row transactions per second, each synced."""
    with tempfile.TemporaryDirectory() as directory:
        database = apsw.Connection(str(Path(directory) / "alone.db"))
        database.execute("pragma journal_mode = wal; pragma synchronous = full")
        database.execute("CREATE TABLE registers(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            database.execute("INSERT OR REPLACE INTO registers VALUES (?, ?)", (f"k{done % 100}", str(done)))
            done += 1
        return done / (time.perf_counter() - began)


async def rate(send: Send, clients: int, seconds: float) -> float:
    """Acknowledged requests per second of `clients` that send one after the other."""
    numbers, done = count(), 0
    began = time.perf_counter()

    async def client() -> None:
        nonlocal done
        while time.perf_counter() - began < seconds:
            await send(next(numbers))
            done += 1

    await asyncio.gather(*(client() for _ in range(clients)))
    return done / (time.perf_counter() - began)


def to_url(session: aiohttp.ClientSession, base: str) -> Send:
    """Clients of a gateway, or of anything with the same interface."""

    async def send(number: int) -> None:
        async with session.put(f"{base}/kv/k{number % 100}", json={"value": number}) as response:
            assert response.status == 200, await response.text()

    return send


async def to_the_leader(lab: LocalCluster, session: aiohttp.ClientSession) -> Send:
    """A client that talks to the leader's own port: no gateway, no link between."""
    address, token = lab.door(await lab.resolve("leader"))
    url, headers = f"http://{address}/messages/write", {"authorization": f"Bearer {token}"}

    async def send(number: int) -> None:
        body = encode(Write(operation=Operation("put", f"k{number % 100}", number)))
        async with session.post(url, data=body, headers=headers) as response:
            assert response.status == 200, await response.text()

    return send


@asynccontextmanager
async def cluster() -> AsyncIterator[LocalCluster]:
    """A local cluster for the time of the block."""
    lab = await LocalCluster.start()
    try:
        yield lab
    finally:
        await lab.close()


@contextmanager
def single_process() -> Iterator[str]:
    """The base URL of the unreplicated process."""
    script = Path(__file__).with_name("single_process.py")
    with (
        tempfile.TemporaryDirectory() as directory,
        subprocess.Popen([sys.executable, script, directory], stdout=subprocess.PIPE, text=True) as process,
    ):
        try:
            assert process.stdout
            yield process.stdout.readline().removeprefix("listening on ").strip()
        finally:
            process.kill()


if __name__ == "__main__":
    asyncio.run(main())
