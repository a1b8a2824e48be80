"""What `./lab load` does: clients at a steady rate, and each second what came of their requests.

The load is open: a request is sent when its time has come, whether the one before it was answered or not.
A leader that stands still is seen then as users see it, and not only by whoever was waiting.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

import typer

from chaos.catalogue.names import nearest
from chaos.report.words import counted
from chaos.runtimes import playground
from chaos.runtimes.http_client import HttpClient
from chaos.workloads.client import Answer, ClientError
from services.adapters.clock import SystemClock

PATIENCE_S = 3.0
MOST_WAITING = 500  # requests; more than that would measure this process
TELL_S = 1.0


@dataclass
class Tally:
    """What came of the requests of one second: counts by outcome, and how long answers took."""

    outcomes: Counter[str] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)
    by: Counter[str] = field(default_factory=Counter)

    def line(self, waiting: int) -> str:
        """For people."""
        count = self.outcomes
        writes = f"writes: {count['write ok']} acknowledged"
        reads = f"reads: {count['read ok']} answered"
        failed = f"{count['refused']} refused, {count['in doubt']} in doubt"
        took = f"; median latency {median(self.took_s) * 1000:.0f} ms" if self.took_s else ""
        who = f"; by {', '.join(f'{node} {number}' for node, number in sorted(self.by.items()))}"
        behind = f"; {counted(waiting, 'request')} not answered yet" if waiting > 0 else ""
        return f"{writes}, {reads}, {failed}{took}{who if self.by else ''}{behind}"


class Load:
    """`writes` and `reads` a second, over these gateways in turn, on keys of its own."""

    def __init__(self, client: HttpClient, gateways: Sequence[str], keys: int) -> None:
        self._client, self._gateways = client, itertools.cycle(gateways)
        self._keys, self._values = keys, itertools.count(1)
        self._clock = SystemClock()
        self._waiting: set[asyncio.Task[None]] = set()
        self.tally = Tally()
        self.total: Counter[str] = Counter()

    async def run(self, writes: float, reads: float, seconds: float | None) -> None:
        """Until `seconds` have passed, or for ever."""
        began_s = told_s = self._clock.monotonic()
        sent_writes = sent_reads = 0
        while seconds is None or self._clock.monotonic() - began_s < seconds:
            passed_s = self._clock.monotonic() - began_s
            for _ in range(int(passed_s * writes) - sent_writes):
                self._send("write ok", self._write)
            for _ in range(int(passed_s * reads) - sent_reads):
                self._send("read ok", self._read)
            sent_writes, sent_reads = int(passed_s * writes), int(passed_s * reads)
            if self._clock.monotonic() - told_s >= TELL_S:
                told_s += TELL_S
                self._tell(passed_s)
            await asyncio.sleep(0.01)
        await asyncio.gather(*self._waiting)
        self._tell(self._clock.monotonic() - began_s)

    def _tell(self, passed_s: float) -> None:
        if self.tally.outcomes or self._waiting:
            typer.echo(f"{passed_s:5.0f} s  {self.tally.line(len(self._waiting))}")
        self.total += self.tally.outcomes
        self.tally = Tally()

    def _send(self, success: str, request: Callable[[str, str], Awaitable[Answer]]) -> None:
        if len(self._waiting) < MOST_WAITING:
            task = asyncio.ensure_future(self._judged(success, request))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    async def _judged(self, success: str, request: Callable[[str, str], Awaitable[Answer]]) -> None:
        began_s = self._clock.monotonic()
        number = next(self._values)
        try:
            answer = await request(next(self._gateways), f"load-{number % self._keys}")
        except ClientError as error:
            self.tally.outcomes["refused" if error.definite else "in doubt"] += 1
            return
        self.tally.outcomes[success] += 1
        self.tally.took_s.append(self._clock.monotonic() - began_s)
        self.tally.by[answer.node] += 1

    async def _write(self, gateway: str, key: str) -> Answer:
        return await self._client.put(gateway, key, next(self._values))

    async def _read(self, gateway: str, key: str) -> Answer:
        return await self._client.get(gateway, key)


async def load(writes: float, reads: float, seconds: float | None, keys: int, gateway: str | None) -> None:
    """Put the load on the cluster that is up. Raises `ClusterError` when nothing is."""
    async with playground.cluster_that_is_up(alone=True) as cluster:
        if gateway is not None:
            nearest("gateway", gateway, tuple(cluster.doors))
        client = HttpClient(cluster.doors, PATIENCE_S)
        under_way = Load(client, [gateway] if gateway else list(cluster.gateways), keys)
        try:
            await under_way.run(writes, reads, seconds)
        finally:
            await client.close()
            said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(under_way.total.items()))
            typer.echo(f"in all: {said or 'nothing'}")
