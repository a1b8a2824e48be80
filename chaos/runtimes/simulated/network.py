"""The links of the simulated cluster, with the states and the faults that a real link proxy has.

What a caller learns follows what was measured on Toxiproxy and real sockets:

- a cut is a black hole: a sender hears nothing until the timeout;
- healing a cut closes every connection that was open during it, because its stream has a hole: callers that
  still wait get `connection-lost`, and what was swallowed never arrives;
- a dead node behind a link is `connection-lost` and not `unreachable`: the proxy accepts first;
- a paused node accepts and says nothing; when it goes on, it handles what has arrived meanwhile, even for
  callers that have given up.

Calls overtake each other according to their latencies. On the real wire the calls of one link share a stream,
and arrive in the order in which they were sent, until one times out and the next uses a new stream. So every
order that can occur there can occur here, and more. Messages travel as JSON, so nodes share nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

import msgspec

from chaos.cluster import HEALTHY, LinkState
from chaos.runtimes.simulated.eavesdropper import Listener, Travel
from chaos.runtimes.simulated.loop import VirtualLoop
from chaos.runtimes.simulated.patience import Patience
from chaos.runtimes.simulated.timeline import Handle
from services.errors import LabError
from services.messages import AskNotes, Message, Notes, decode, encode, result

SHORTEST_S, LONGEST_S = 0.0002, 0.0012  # one way, on a healthy link
SPREAD_S = LONGEST_S - SHORTEST_S


class Peer(Protocol):
    """Whoever is at the far end of a link: a process on a machine."""

    @property
    def alive(self) -> bool:
        """True when somebody listens there."""

    @property
    def loop(self) -> VirtualLoop:
        """That of whoever listens."""

    def serve(self, data: bytes) -> Awaitable[bytes]:
        """The answer to one encoded message, encoded."""


class Call(msgspec.Struct, eq=False):
    """One request under way; `reply` is a future of the caller's loop."""

    reply: asyncio.Future[bytes]
    loop: VirtualLoop
    lost: bool = False  # its connection is closed; nothing more arrives in either direction
    travel: Travel | None = None  # for whoever listens on the link

    def fail(self, error: LabError) -> None:
        """Tell the caller, unless it has given up."""
        self.lost = True
        self._tell(lambda: self.reply.set_exception(error))

    def answer(self, data: bytes) -> None:
        """The same, of what was answered."""
        self._tell(lambda: self.reply.set_result(data))

    def _tell(self, settle: Callable[[], None]) -> None:
        """A caller that stands still learns it when it goes on, after its own timers."""
        loop = self.loop

        def unless_given_up() -> None:
            if not self.reply.done():
                settle()

        if loop.stands_still:
            loop.keep(Handle(loop, unless_given_up, ()))
        else:
            unless_given_up()


@dataclass(eq=False)
class Wire:
    """One link, with the calls that are under way on it. Without a proxy the target itself is dialled.

    `listener` hears of every message; None where nobody listens, as in runs that are not saved.
    """

    target: str
    peer: Peer
    random: Random
    has_proxy: bool = True
    state: LinkState = HEALTHY
    calls: dict[Call, None] = field(default_factory=dict)
    listener: Listener | None = None

    def set(self, state: LinkState) -> None:
        """Change the link's state; see the module for what that does to calls under way."""
        before, self.state = self.state, state
        mended = (before.cut_requests and not state.cut_requests) or (
            before.cut_replies and not state.cut_replies
        )
        if mended or state.refused:
            self.lose_all()

    def lose_all(self) -> None:
        """Every connection ends."""
        calls, self.calls = self.calls, {}
        for call in calls:
            call.fail(_lost(self.target))

    def request_s(self, size_bytes: int) -> float:
        """How long a request of that size travels; a slow link delays it here, and not its reply."""
        state = self.state
        delay_s = self.reply_s(size_bytes)
        if state.latency_s or state.jitter_s:
            delay_s += max(0.0, state.latency_s + state.jitter_s * (2 * self.random.random() - 1))
        return delay_s

    def reply_s(self, size_bytes: int) -> float:
        """How long a reply of that size travels."""
        delay_s = SHORTEST_S + SPREAD_S * self.random.random()
        rate = self.state.bandwidth_kb_per_s
        return delay_s + size_bytes / (rate * 1000) if rate else delay_s


class SimulatedNetwork:
    """The network port of one process: see `services.ports.Network`.

    Messages travel on nobody's loop, so they arrive whoever stands still.
    """

    def __init__(self, loop: VirtualLoop, wires: Callable[[str], Wire | None]) -> None:
        self._loop = loop
        self._timeline = loop.timeline
        self._wires = wires
        self._patience = Patience(loop)

    def traffic(self) -> Mapping[str, tuple[int, int]]:
        """See `services.ports.Network`."""
        return {}

    def notes(self, asked: AskNotes) -> Notes:
        """See `services.ports.Network`."""
        return Notes(node="simulated", life="", until=0, notes=[])

    def call(self, to: str, message: Message, timeout_s: float) -> Coroutine[Any, Any, Message]:
        """Send `message` to `to` and wait for its reply. Raises `LabError`."""
        wire = self._wires(to)
        if wire is None:
            raise LabError("unreachable", f"there is no link to {to!r}")
        call = Call(self._loop.create_future(), self._loop)
        exchange = self._exchange(wire, call, message, to, timeout_s)
        return exchange if wire.listener is None else self._overheard(wire.listener, call, message, exchange)

    async def _overheard(
        self, listener: Listener, call: Call, message: Message, exchange: Coroutine[Any, Any, Message]
    ) -> Message:
        call.travel = listener(self._timeline.now_s, message)
        with call.travel.watched(lambda: self._timeline.now_s):
            return await exchange

    async def _exchange(self, wire: Wire, call: Call, message: Message, to: str, timeout_s: float) -> Message:
        wire.calls[call] = None
        data = encode(message)
        timeline = self._timeline
        timeline.at(
            timeline.now_s + wire.request_s(len(data)), Handle(None, self._arrive, (wire, call, data))
        )
        self._patience.limit(call.reply, to, timeout_s)
        try:
            answer = await call.reply
        finally:
            wire.calls.pop(call, None)
        return result(decode(answer))

    def _arrive(self, wire: Wire, call: Call, data: bytes) -> None:
        if call.lost:
            return
        state, peer = wire.state, wire.peer
        if state.refused or not (wire.has_proxy or peer.alive):
            call.fail(LabError("unreachable", f"{wire.target} refused the connection"))
        elif not peer.alive:
            call.fail(_lost(wire.target))
        elif not state.cut_requests:
            if call.travel:
                call.travel.arrived_s = self._timeline.now_s
            if peer.loop.stands_still:
                peer.loop.keep(Handle(peer.loop, self._accept, (wire, call, data)), wire)
            else:
                self._accept(wire, call, data)

    def _accept(self, wire: Wire, call: Call, data: bytes) -> None:
        """Runs on the far side."""
        wire.peer.loop.create_task(self._serve(wire, call, data), name="serve")

    async def _serve(self, wire: Wire, call: Call, data: bytes) -> None:
        """Runs on the far side."""
        answer = await wire.peer.serve(data)
        if call.travel:
            call.travel.answered_s = self._timeline.now_s
        timeline = self._timeline
        timeline.at(
            timeline.now_s + wire.reply_s(len(answer)), Handle(None, self._return, (wire, call, answer))
        )

    def _return(self, wire: Wire, call: Call, answer: bytes) -> None:
        if not (call.lost or wire.state.cut_replies or call.reply.done()):
            call.answer(answer)


def _lost(target: str) -> LabError:
    return LabError("connection-lost", f"{target} ended the connection without an answer")
