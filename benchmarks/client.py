"""What does a request cost the lab's own client, beside one that leaves its connections to httpx's pool?

    PYTHONPATH=. .venv/bin/python benchmarks/client.py [--rounds 5]

Both ask the same server, which only answers, in turn: with 4 and with 40 connections open, one request at a
time, and one on each connection. Prints processor time a request, server included, and the median ratio.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from statistics import median

import httpx

from chaos.runtimes.http_client import KEEP_ALIVE_S, HttpClient

TIMEOUT_S = 5.0
REQUESTS = 1200
BODY = b'{"key":"x","value":1,"node":"n1","epoch":1,"position":3}'
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)


class Answering(asyncio.Protocol):
    """A server that answers whatever comes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self._transport.write(ANSWER)


async def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for connections in (4, 40):
        for at_once in (1, connections):
            rounds = [await one_round(url, connections, at_once) for _ in range(options.rounds)]
            print(told(connections, at_once, rounds))
    server.close()


async def one_round(url: str, connections: int, at_once: int) -> dict[str, float]:
    """What a request costs either way, in ms, with clients that are new."""
    ours = HttpClient({"g1": url}, TIMEOUT_S)
    limits = httpx.Limits(max_connections=512, max_keepalive_connections=512, keepalive_expiry=KEEP_ALIVE_S)
    async with httpx.AsyncClient(limits=limits, timeout=TIMEOUT_S, trust_env=False) as pooled:
        costs = {
            "ours": await cost_ms(lambda: ours.get("g1", "x"), connections, at_once),
            "pool": await cost_ms(lambda: pooled.get(f"{url}/kv/x"), connections, at_once),
        }
    await ours.close()
    return costs


async def cost_ms(ask: Callable[[], Awaitable[object]], connections: int, at_once: int) -> float:
    """Processor time a request, with so many connections open and so many requests under way."""

    async def one_after_the_other(count: int) -> None:
        for _ in range(count):
            await ask()

    await asyncio.gather(*(ask() for _ in range(connections)))
    began_s = time.process_time()
    await asyncio.gather(*(one_after_the_other(REQUESTS // at_once) for _ in range(at_once)))
    return (time.process_time() - began_s) * 1000 / REQUESTS


def told(connections: int, at_once: int, rounds: list[dict[str, float]]) -> str:
    """One line: the medians, and by how much ours is cheaper."""
    ours, pool = (median(each[name] for each in rounds) for name in ("ours", "pool"))
    times = median(each["pool"] / each["ours"] for each in rounds)
    costs = f"{ours:.2f} ms a request; with a pool {pool:.2f} ms, {times:.1f}×"
    return f"{connections:3} connections, {at_once:2} at once: {costs}"


if __name__ == "__main__":
    asyncio.run(main())
