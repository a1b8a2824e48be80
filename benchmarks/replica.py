"""How fast are acknowledged, durable, replicated writes? As ratios, side by side in one run.

    PYTHONPATH=. .venv/bin/python benchmarks/replica.py [--seconds 3] [--rounds 3]

These rates, in turn, `--rounds` times, and the medians of their ratios:

- *syncs*: how often the disk writes a page of a file and syncs it.
- *apsw*: one-row transactions on the same disk, each synced, nothing else in the way.
- *direct*: one client in frames, straight to the leader of an `async` cluster.
- *one*, *many*: 1 and 64 clients of HTTP through gateway and link proxies, `quorum-ack`, 3 replicas.
- *etcd one*, *etcd many*: the same to the leader of three nodes of etcd, without proxies, if it is installed.
- *single*: 64 clients to one FastAPI process that writes to SQLite without replication.

Files lie in the directory for temporary ones (`TMPDIR` chooses another disk).
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path
from statistics import median

import apsw
import msgspec
import psutil

from benchmarks import etcd, load
from benchmarks.processes import processes
from chaos.runtimes.local import LocalCluster
from services.adapters.network import FrameNetwork
from services.messages import Operation, Write
from services.settings.single_leader import SingleLeaderSettings

CLIENTS = 64
PAGE = b"x" * 4096
PATIENCE_S = 5.0
RATIOS = (
    *(("direct", "apsw"), ("one", "etcd one"), ("many", "etcd many")),
    *(("many", "one"), ("many", "single")),
)


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    async with AsyncExitStack() as stack:
        single = stack.enter_context(single_process())
        theirs = await stack.enter_async_context(etcd.cluster()) if etcd.program() else None
        lab = await stack.enter_async_context(cluster())
        rounds = [await one_round(lab, single, theirs, options.seconds) for _ in range(options.rounds)]
    for above, below in RATIOS:
        ratios = [rates[above] / rates[below] for rates in rounds if below in rates]
        if ratios:
            spread = f"(from {min(ratios):.2f} to {max(ratios):.2f})"
            print(f"{above} / {below}: median {median(ratios):.2f}  {spread}")


async def one_round(lab: LocalCluster, single: str, theirs: str | None, seconds: float) -> dict[str, float]:
    """How often a second, of each kind."""
    rates = {"syncs": syncs(seconds / 3), "apsw": apsw_alone(seconds)}
    await lab.configure(SingleLeaderSettings(replication="async"))
    address, token = lab.door(await lab.resolve("leader"))
    rates["direct"] = await load.on_a_loop_of_its_own(partial(straight, address, token, seconds))
    await lab.configure(SingleLeaderSettings(replication="quorum-ack"))
    gateway = next(iter(lab.gateways.values()))
    spent = ""
    for name, clients in (("one", 1), ("many", CLIENTS)):
        before = processor_s(lab)
        rates[name] = await rate(gateway, put, clients, seconds)
        spent += f"\n    {name}: {each_ms(before, processor_s(lab), rates[name] * seconds)}"
        if theirs:
            before = processor_s(lab)
            rates[f"etcd {name}"] = await rate(theirs, etcd.put, clients, seconds)
            spent += (
                f"\n    etcd {name}: {each_ms(before, processor_s(lab), rates[f'etcd {name}'] * seconds)}"
            )
    rates["single"] = await rate(single, put, CLIENTS, seconds)
    print("  ".join(f"{name} {value:,.0f}/s" for name, value in rates.items()) + spent, flush=True)
    return rates


def put(number: int) -> bytes:
    """The request that writes `number`."""
    return load.request("PUT", f"/kv/k{number % 100}", msgspec.json.encode({"value": number}))


def syncs(seconds: float) -> float:
    """How often a second a page of a file that does not grow is written and synced, as databases do it."""
    with tempfile.TemporaryFile() as file:
        os.pwrite(file.fileno(), PAGE, 0)
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            os.pwrite(file.fileno(), PAGE, 0)
            os.fdatasync(file.fileno())
            done += 1
        return done / (time.perf_counter() - began)


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


async def rate(url: str, make: load.Request, clients: int, seconds: float) -> float:
    """Answers per second of `clients` of HTTP."""
    return await load.on_a_loop_of_its_own(partial(load.rate, url, make, clients, seconds))


async def straight(address: str, token: str, seconds: float) -> float:
    """Writes per second of one client that talks to the leader's own port: no gateway, no link between."""
    network = FrameNetwork({"leader": f"http://{address}"}, token)
    began, done = time.perf_counter(), 0
    try:
        while time.perf_counter() - began < seconds:
            message = Write(operation=Operation("put", f"k{done % 100}", done))
            await network.call("leader", message, PATIENCE_S)
            done += 1
        return done / (time.perf_counter() - began)
    finally:
        await network.close()


def processor_s(lab: LocalCluster) -> dict[str, float]:
    """What each process has used of the processors, by its node's name."""
    spent = {"load": sum(psutil.Process().cpu_times()[:2])}
    for name, process in processes(lab):
        with suppress(psutil.Error):  # it ends at this moment
            spent[name] = spent.get(name, 0.0) + sum(process.cpu_times()[:2])
    return spent


def each_ms(before: dict[str, float], after: dict[str, float], requests: float) -> str:
    """Processor time of each process for one request."""
    used = {name: 1000 * (after[name] - before[name]) / requests for name in after if name in before}
    return "processor ms a write: " + "  ".join(
        f"{name} {value:.3f}" for name, value in used.items() if value >= 0.001
    )


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
