"""A Toxiproxy server under test, and sockets on both sides of it.

Tests hold both ends themselves, so nothing happens behind their back: bytes are sent here and looked
for there, and every wait has a deadline far beyond what a loaded machine needs. A machine may also stand
still at any moment, which only ever makes things later: so what must not take too long is tried a few times.
"""

import asyncio
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from tests.ports import free_port

DEADLINE_S = 15.0
NOTHING_S = 0.3  # how long to look before nothing counts as nothing
TICK_S = 0.005  # how much too early the clocks of the two sides may make a timer seem
TRIES = 5  # at what the machine may spoil by standing still

Pair = tuple[socket.socket, socket.socket]


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `json` fails when the body is none."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """A running server: which of the two it is, and where its API listens."""

    kind: Literal["embedded", "real"]
    address: tuple[str, int]
    process: subprocess.Popen[str]

    def call(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """One call of the API; `body` is sent as it is when it is bytes, else as JSON."""
        connection = http.client.HTTPConnection(*self.address, timeout=DEADLINE_S)
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            connection.request(method, path, data, headers or {})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()


class Link:
    """A proxy that leads to a socket of the test's own."""

    def __init__(self, server: Server, stack: ExitStack, name: str) -> None:
        self.server = server
        self.name = name
        self.path = f"/proxies/{name}"
        self._stack = stack
        self._upstream = stack.enter_context(listening())
        settings = {"name": name, "listen": "127.0.0.1:0", "upstream": written(self._upstream)}
        made = server.call("POST", "/proxies", settings)
        assert made.status == 201, made.body
        self.listen: str = made.json["listen"]

    def dial(self) -> socket.socket:
        """A client's connection to the proxy."""
        return connect(self.listen, self._stack)

    def open(self) -> Pair:
        """A client's connection through the proxy, which has begun with it, and the upstream's end of it.

        The Go server dials the upstream first and links the two afterwards, one connection after another
        (v2.12, proxy.go). Until then no change of a toxic reaches the connection. So there another is opened:
        when that has arrived, the first is linked.
        """
        opened = self.dial(), self.accept()
        if self.server.kind == "real":
            self.dial(), self.accept()
        return opened

    def accept(self) -> socket.socket:
        """The upstream's end of the next connection."""
        self._upstream.settimeout(DEADLINE_S)
        accepted = self._stack.enter_context(self._upstream.accept()[0])
        accepted.settimeout(DEADLINE_S)
        accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return accepted

    def add(
        self, kind: str, stream: str = "downstream", toxicity: float = 1.0, name: str = "t", **attributes: Any
    ) -> None:
        """Add a toxic."""
        toxic = {"name": name, "type": kind, "stream": stream, "toxicity": toxicity, "attributes": attributes}
        answer = self.server.call("POST", f"{self.path}/toxics", toxic)
        assert answer.status == 200, answer.body

    def update(self, name: str = "t", toxicity: float | None = None, **attributes: Any) -> None:
        """Change a toxic."""
        changes = {"attributes": attributes, "toxicity": toxicity}
        answer = self.server.call("PATCH", f"{self.path}/toxics/{name}", changes)
        assert answer.status == 200, answer.body

    def remove(self, name: str = "t") -> None:
        """Remove a toxic."""
        assert self.server.call("DELETE", f"{self.path}/toxics/{name}").status == 204

    def enable(self, enabled: bool) -> None:
        """Switch the proxy on or off."""
        assert self.server.call("POST", self.path, {"enabled": enabled}).status == 200


def listening() -> socket.socket:
    """A listening socket on a free port."""
    return socket.create_server(("127.0.0.1", 0), backlog=64)


def written(sock: socket.socket) -> str:
    """The socket's own address as host:port."""
    return "{}:{}".format(*sock.getsockname())


def free_address() -> str:
    """An address on which nothing listens, and which nobody else is given."""
    return f"127.0.0.1:{free_port()}"


def connect(address: str, stack: ExitStack) -> socket.socket:
    """A connection to host:port, closed with `stack`."""
    host, _, port = address.rpartition(":")
    sock = stack.enter_context(socket.create_connection((host, int(port)), timeout=DEADLINE_S))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def refused(address: str) -> bool:
    """Whether nobody listens there."""
    with ExitStack() as stack:
        try:
            connect(address, stack)
        except ConnectionRefusedError:
            return True
        return False


def receive(sock: socket.socket, size: int) -> bytes:
    """Exactly `size` bytes, or fewer when the connection ends before."""
    data = bytearray()
    while len(data) < size and (chunk := sock.recv(min(size - len(data), 1 << 20))):
        data += chunk
    return bytes(data)


def ending(sock: socket.socket) -> str:
    """How the connection ends, once it does: `closed` or `reset`; what still comes is thrown away."""
    try:
        while sock.recv(65536):
            pass
    except ConnectionResetError:
        return "reset"
    return "closed"


def silent(sock: socket.socket) -> bool:
    """Whether for a moment neither bytes nor an end come."""
    sock.settimeout(NOTHING_S)
    try:
        sock.recv(1)
    except TimeoutError:
        return True
    finally:
        sock.settimeout(DEADLINE_S)
    return False


def passes(source: socket.socket, sink: socket.socket) -> bool:
    """Whether bytes sent here arrive there; toxics that hold them do so for longer than this waits."""
    source.sendall(b"knock")
    try:
        return receive(sink, 5) == b"knock"
    except TimeoutError:
        return False


def along(stream: str, pair: Pair) -> Pair:
    """Sender and receiver of a direction."""
    client, upstream = pair
    return (client, upstream) if stream == "upstream" else (upstream, client)


@contextmanager
def takes(at_least_s: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert at_least_s - TICK_S <= time.monotonic() - began <= DEADLINE_S


def in_one_try(attempt: Callable[[], bool]) -> bool:
    """Whether it comes about in one try of a few, for what the machine can only spoil."""
    return any(attempt() for _ in range(TRIES))


def send_until_held_back(sock: socket.socket, limit_bytes: int) -> int:
    """Send up to `limit_bytes` until nobody takes more; how many were sent."""
    sock.settimeout(NOTHING_S)
    block = bytes(1 << 16)
    sent = 0
    try:
        while sent < limit_bytes:
            sent += sock.send(block[: limit_bytes - sent])
    except TimeoutError:
        pass
    finally:
        sock.settimeout(DEADLINE_S)
    return sent


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds, with everything else in this process standing still."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.01)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until `condition` holds."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.02)


@contextmanager
def embedded_server(*options: str, **popen: Any) -> Iterator[Server]:
    """The embedded proxy as a process of its own."""
    command = [sys.executable, "-m", "chaos.proxy", "--port", "0", *options]
    with stopped_at_end(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **popen)) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("toxiproxy API listening on "), line
        host, _, port = line.split()[4].rpartition(":")
        yield Server("embedded", (host, int(port)), process)


@contextmanager
def real_server() -> Iterator[Server]:
    """The Go server, which `tests/conftest.py` has made sure of."""
    host, _, port = free_address().rpartition(":")
    command = ["toxiproxy-server", "-host", host, "-port", port, "-proxy-metrics"]
    with stopped_at_end(subprocess.Popen(command, stdout=subprocess.DEVNULL, text=True)) as process:
        eventually(lambda: not refused(f"{host}:{port}"))
        yield Server("real", (host, int(port)), process)


@contextmanager
def stopped_at_end(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Kill the process on leaving, if it still runs."""
    with process:
        try:
            yield process
        finally:
            process.kill()
