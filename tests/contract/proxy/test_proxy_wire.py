"""Frames between nodes through a link proxy: each fault bites on a stream that is open, and lets go of it."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from uvicorn import Config
from uvicorn.server import ServerState

from chaos.cluster import CUT, HEALTHY, LinkState
from chaos.runtimes.toxiproxy import ToxiproxyLinks
from services.adapters.doors import way_in
from services.adapters.first_line import FirstLine
from services.adapters.frame_service import FrameService
from services.adapters.guards import Receive, Scope, Send
from services.adapters.network import FrameNetwork
from services.errors import LabError
from services.messages import AskStatus, Message, ReadContents, Status
from tests.contract.proxy.harness import DEADLINE_S, Server, free_address, until

SHORT_S, LONG_S = 0.3, 10.0
LARGE = "x" * 100_000


@dataclass
class Wire:
    """A node, the link to it, and the network of whoever calls over that link."""

    links: ToxiproxyLinks
    network: FrameNetwork
    state: ServerState = field(default_factory=ServerState)
    accepted: int = 0
    heard: int = 0
    error: LabError | None = None

    def accept(self, config: Config, frames: FrameService) -> FirstLine:
        self.accepted += 1
        return FirstLine(config, self.state, {}, frames=frames)

    async def handle(self, message: Message) -> Message:
        self.heard += 1
        if isinstance(message, ReadContents):
            raise LabError("bad-order", LARGE)
        return Status(node="n2", role="follower")

    def event(self, event: str, **fields: object) -> None:
        raise AssertionError(f"the node has {event} to tell: {fields}")

    async def set(self, state: LinkState) -> None:
        await self.links.set_state("wire", state)

    async def outcome(self, timeout_s: float = LONG_S, message: Message | None = None) -> str:
        """`ok`, or the code of the failure."""
        try:
            await self.network.call("n2", message or AskStatus(), timeout_s)
        except LabError as error:
            return error.kind.code
        return "ok"


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("nobody comes with HTTP here")


@pytest_asyncio.fixture
async def wire(server: Server) -> AsyncIterator[Wire]:
    links = ToxiproxyLinks("{}:{}".format(*server.address))
    listens = (await links.create({"wire": free_address()}))["wire"]
    made = Wire(links, FrameNetwork({"n2": f"http://{listens}"}, "secret"))
    frames = FrameService(
        "replica", (AskStatus, ReadContents), made.handle, "secret", made, lambda route, status: None
    )
    config = way_in(nothing, frames)
    config.load()
    listener = await asyncio.get_running_loop().create_server(
        lambda: made.accept(config, frames), "127.0.0.1", 0
    )
    await links.set_upstream("wire", "{}:{}".format(*listener.sockets[0].getsockname()))
    assert await made.outcome() == "ok"
    yield made
    await made.network.close()
    listener.close()


async def test_all_calls_share_a_stream(wire: Wire) -> None:
    assert await asyncio.gather(*(wire.outcome() for _ in range(100))) == ["ok"] * 100
    assert len(wire.state.connections) == 1


@pytest.mark.parametrize(
    ("state", "arrives"),
    [(CUT, False), (LinkState(cut_requests=True), False), (LinkState(cut_replies=True), True)],
    ids=str,
)
async def test_a_cut_holds_the_open_stream_and_healing_works_at_once(
    wire: Wire, state: LinkState, arrives: bool
) -> None:
    await wire.set(state)
    heard = wire.heard
    waits = asyncio.create_task(wire.outcome(LONG_S))
    assert await wire.outcome(SHORT_S) == "timed-out"
    streams = wire.accepted
    assert await wire.outcome(SHORT_S) == "timed-out"  # that was another stream
    await until(lambda: wire.accepted > streams)  # or healing might be there before it
    if arrives:
        await until(lambda: wire.heard > heard)
    assert (wire.heard > heard) == arrives
    assert not waits.done()
    began = time.monotonic()
    await wire.set(HEALTHY)
    assert await waits == "connection-lost"
    assert await wire.outcome(LONG_S) == "ok"
    assert time.monotonic() - began < LONG_S / 2
    assert (wire.heard - heard > 1) == arrives  # what was swallowed never arrives


async def test_refusing_ends_the_stream_and_is_definite_for_who_comes_then(wire: Wire) -> None:
    await wire.set(LinkState(cut_replies=True))
    waits = asyncio.create_task(wire.outcome())
    await asyncio.sleep(SHORT_S)
    await wire.set(LinkState(cut_replies=True, refused=True))
    assert await waits == "connection-lost"
    assert await wire.outcome() == "unreachable"
    await wire.set(HEALTHY)
    assert await wire.outcome() == "ok"


async def test_latency_delays_and_does_not_queue(wire: Wire) -> None:
    await wire.set(LinkState(latency_s=0.3))
    began = time.monotonic()
    assert await asyncio.gather(*(wire.outcome(2 * DEADLINE_S) for _ in range(100))) == ["ok"] * 100
    assert 0.29 < time.monotonic() - began < DEADLINE_S  # one after the other would take twice as long


async def test_a_narrow_link_is_shared(wire: Wire) -> None:
    await wire.set(LinkState(bandwidth_kb_per_s=500))
    began = time.monotonic()
    large = [asyncio.create_task(wire.outcome(message=ReadContents())) for _ in range(5)]
    assert await asyncio.gather(*large) == ["bad-order"] * 5
    assert time.monotonic() - began > 0.9 * 5 * len(LARGE) / 500_000


async def test_a_reset_ends_the_stream(wire: Wire, server: Server) -> None:
    toxic = {"type": "reset_peer", "stream": "upstream", "attributes": {"timeout": 0}}
    assert server.call("POST", "/proxies/wire/toxics", toxic).status == 200
    assert await wire.outcome() == "connection-lost"
    assert server.call("DELETE", "/proxies/wire/toxics/reset_peer_upstream").status == 204
    assert await wire.outcome() == "ok"


async def test_a_stream_that_ends_in_the_middle_of_an_answer(wire: Wire, server: Server) -> None:
    toxic = {"type": "limit_data", "stream": "downstream", "attributes": {"bytes": 1000}}
    assert server.call("POST", "/proxies/wire/toxics", toxic).status == 200
    assert await wire.outcome(message=ReadContents()) == "connection-lost"
    assert server.call("DELETE", "/proxies/wire/toxics/limit_data_downstream").status == 204
    assert await wire.outcome(message=ReadContents()) == "bad-order"


async def test_answers_in_slices(wire: Wire, server: Server) -> None:
    attributes = {"average_size": 500, "size_variation": 200, "delay": 10}
    toxic = {"type": "slicer", "stream": "downstream", "attributes": attributes}
    assert server.call("POST", "/proxies/wire/toxics", toxic).status == 200
    outcomes = await asyncio.gather(
        *(wire.outcome(message=message) for message in (AskStatus(), ReadContents()) * 3)
    )
    assert outcomes == ["ok", "bad-order"] * 3


async def test_nobody_behind_the_link_leaves_callers_in_doubt(wire: Wire) -> None:
    """A proxy accepts first and finds out later."""
    await wire.links.set_upstream("wire", free_address())
    assert await wire.outcome() in ("connection-lost", "unreachable")
    assert await wire.outcome() == "connection-lost"
