"""Open-loop traffic: requests arrive at a fixed rate, however long the answers take.

A closed loop slows down exactly when the system does, and so hides what users would have seen
(Schroeder, Wierman, Harchol-Balter: Open Versus Closed, 2006). Here arrival n is due at n / rate. It
goes to an idle client of the gateway whose turn it is, or to a new one while there is room, else it is
shed and counted. Each client is one process of the history: one operation at a time, and after an
answer in doubt it goes on under a new number.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol
from zlib import crc32

from chaos.history import Event, writes
from chaos.recording.recorder import Recorder
from chaos.workloads.client import Answer, Client, ClientError, Custom, Request, perform
from chaos.workloads.counters import Count, Counters
from chaos.workloads.device import Device
from services.ports import Clock

MAX_CLIENTS = 128
POSITION_LOST = "position-lost"  # what the client's token stands for is in no log any more


class Plan(Protocol):
    """Decides what the next client does; made anew for each run, so it may remember."""

    def next(self, client: int, random: Random) -> Request | Custom:
        """What client number `client` (from 0) asks for now."""


@dataclass(frozen=True)
class Workload:
    """What a scenario asks for: `clients` at the start, up to `max_clients` while answers are slow.

    Both are shared out equally over the gateways. `rate_per_s` is of all requests together, and never
    exceeded on average.
    """

    name: str
    plan: Callable[[], Plan]
    clients: int
    rate_per_s: float
    max_clients: int = MAX_CLIENTS

    def __post_init__(self) -> None:
        if self.rate_per_s <= 0:
            raise ValueError(f"rate_per_s must be positive, not {self.rate_per_s}")
        if not 1 <= self.clients <= self.max_clients:
            raise ValueError(f"clients must be 1 to {self.max_clients} (max_clients), not {self.clients}")

    def start(
        self, client: Client, recorder: Recorder, gateways: Sequence[str], random: Random, clock: Clock
    ) -> "Traffic":
        """Requests begin to arrive, in the background, until `stop`. Needs a running event loop."""
        traffic = Traffic(self, client, recorder, gateways, random, clock)
        traffic.begin()
        return traffic


@dataclass
class _Door:
    """The clients of one gateway; the one idle for longest is the next."""

    gateway: str
    idle: deque[Device] = field(default_factory=deque)
    clients: int = 0


class Traffic:
    """A running workload. Made by `Workload.start`."""

    def __init__(
        self,
        workload: Workload,
        client: Client,
        recorder: Recorder,
        gateways: Sequence[str],
        random: Random,
        clock: Clock,
    ) -> None:
        self.counters = Counters()
        self._workload = workload
        self._plan = workload.plan()
        self._client = client
        self._recorder = recorder
        self._random = random
        self._clock = clock
        self._numbers = itertools.count()
        self._doors = [_Door(gateway) for gateway in gateways]
        self._arrivals: asyncio.Task[None] | None = None
        self._tasks: dict[asyncio.Task[None], None] = {}  # a dict, because sets forget their order
        self._changed = asyncio.Event()
        self._crash: BaseException | None = None

    def begin(self) -> None:
        """Open the doors; `Workload.start` does it."""
        for number in range(self._workload.clients):
            door = self._doors[number % len(self._doors)]
            door.idle.append(self._new_client(door))
        self._arrivals = self._spawn(self._arrive(self._workload.rate_per_s))

    @asynccontextmanager
    async def spike(self, rate_per_s: float) -> AsyncIterator[None]:
        """So many more requests a second while the block lasts."""
        more = self._spawn(self._arrive(rate_per_s))
        try:
            yield
        finally:
            more.cancel()

    async def run(self, duration_s: float) -> None:
        """Let the traffic flow for so long. Raises what a client or the plan raised by mistake."""
        await self.until(lambda counters: False, duration_s)

    async def until(self, condition: Callable[[Counters], bool], deadline_s: float) -> bool:
        """Let it flow until `condition` holds; False when it did not within `deadline_s`.

        Raises what a client or the plan raised by mistake.
        """
        alarm = asyncio.create_task(self._clock.sleep(deadline_s))
        alarm.add_done_callback(lambda _: self._changed.set())
        try:
            while not (self._crash or condition(self.counters) or alarm.done()):
                await self._change()
        finally:
            alarm.cancel()
        self._raise_crash()
        return condition(self.counters)

    def close_doors(self) -> None:
        """No more arrivals; whoever is inside goes on."""
        if self._arrivals is not None:
            self._arrivals.cancel()

    async def stop(self) -> None:
        """No more arrivals; returns when the last operation has ended. Raises as `run` does."""
        self.close_doors()
        while self._tasks:
            await self._change()
        self._raise_crash()

    async def abandon(self) -> None:
        """Break off at once, operations in flight too: they are recorded as in doubt."""
        for task in self._tasks:
            task.cancel()
        while self._tasks:
            await self._change()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _raise_crash(self) -> None:
        if self._crash is not None:
            raise self._crash

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks[task] = None
        task.add_done_callback(self._reap)
        return task

    def _reap(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        if not task.cancelled():
            self._crash = self._crash or task.exception()
        self._changed.set()

    async def _arrive(self, rate_per_s: float) -> None:
        began_s = self._clock.monotonic()
        for number in itertools.count():
            due_s = began_s + number / rate_per_s
            await self._clock.sleep(max(0.0, due_s - self._clock.monotonic()))
            self._admit(self._doors[number % len(self._doors)])

    def _admit(self, door: _Door) -> None:
        if not door.idle and door.clients * len(self._doors) >= self._workload.max_clients:
            self.counters.shed += 1
            return
        client = door.idle.popleft() if door.idle else self._new_client(door)
        request = self._plan.next(client.number, self._random)
        self._spawn(self._operate(door, client, request))

    def _new_client(self, door: _Door) -> Device:
        door.clients += 1
        return Device(next(self._numbers), self._recorder.new_process())

    async def _operate(self, door: _Door, client: Device, request: Request | Custom) -> None:
        recorder, caller, knows = self._recorder, client.caller(request), client.knows(request)
        gateway, device = self._place(door, request)
        pending = recorder.invoke(
            client.process,
            request.f,
            request.key,
            request.value,
            gateway=gateway,
            session=caller.session,
            device=device,
            saw=knows.values if knows else None,
        )
        try:
            answer = await perform(self._client, gateway, request, caller)
        except ClientError as error:
            count = self._record_failure(pending, client, error)
            self.counters.add(count, gateway)
        except BaseException as error:
            recorder.info(pending, f"broken off: {error!r}")
            raise
        else:
            client.learns(request, answer)
            count = self._record_success(pending, answer)
            self.counters.add(count, gateway, answer.node)
        door.idle.append(client)

    def _place(self, door: _Door, request: Request | Custom) -> tuple[str, str | None]:
        """The gateway that the request goes to, and the device that it comes from."""
        if not isinstance(request, Request):
            return door.gateway, None
        if request.routed_by is not None:
            door = self._doors[crc32(request.routed_by.encode()) % len(self._doors)]
        return door.gateway, request.device

    def _record_success(self, pending: Event, answer: Answer) -> Count:
        self._recorder.ok(
            pending,
            value=answer.value,
            node=answer.node,
            epoch=answer.epoch,
            position=answer.position,
            partition=answer.partition,
            siblings=answer.siblings,
            by=answer.by,
            behind_ms=answer.behind_ms,
        )
        return "acknowledged" if writes(pending.f, pending.value) else "reads"

    def _record_failure(self, pending: Event, client: Device, error: ClientError) -> Count:
        if error.code == POSITION_LOST:
            client.begin_session()
        if error.definite:
            self._recorder.fail(pending, error.text)
            return "failed"
        self._recorder.info(pending, error.text)
        client.process = self._recorder.new_process()
        return "indefinite"
