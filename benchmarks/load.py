"""A load of HTTP requests that costs next to nothing to make, so that what is measured is the server.

A client is one connection that sends a request, waits for the answer, and sends the next. Requests are made
beforehand as bytes; of an answer only its status and its end are looked at. On two processors a client
library would take more of them than the cluster does.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import partial
from itertools import count
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import uvloop

HEAD_END, LENGTH, LAST_CHUNK = b"\r\n\r\n", b"content-length:", b"0\r\n\r\n"
T = TypeVar("T")
Request = Callable[[int], bytes]


def request(method: str, path: str, body: bytes) -> bytes:
    """One request as it goes over the wire."""
    head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    return b"%scontent-length: %d\r\n\r\n%s" % (head.encode(), len(body), body)


async def on_a_loop_of_its_own(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What comes of `work`, done on uvloop, as nodes do theirs."""

    def run() -> T:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work())

    return await asyncio.to_thread(run)


async def rate(url: str, make: Request, clients: int, seconds: float) -> float:
    """Answers per second of `clients`, each of which sends one request after the other to `url`."""
    numbers, loop, where = count(), asyncio.get_running_loop(), urlsplit(url)
    host, port = str(where.hostname), where.port or 80
    began = time.perf_counter()
    made = [_Client(lambda: make(next(numbers)), began + seconds) for _ in range(clients)]
    for client in made:
        await loop.create_connection(partial(_itself, client), host, port)
    await asyncio.gather(*(client.over for client in made))
    return sum(client.done for client in made) / (time.perf_counter() - began)


class _Client(asyncio.Protocol):
    def __init__(self, make: Callable[[], bytes], until: float) -> None:
        self.done = 0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._make, self._until, self._answer = make, until, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._make())

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not _is_whole(self._answer):
            return
        if not self._answer.startswith(b"HTTP/1.1 200"):
            self.over.set_exception(RuntimeError(self._answer.decode(errors="replace")))
            self._transport.abort()
            return
        self._answer = b""
        self.done += 1
        if time.perf_counter() < self._until:
            self._transport.write(self._make())
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(None)


def _itself(client: _Client) -> _Client:
    return client


def _is_whole(answer: bytes) -> bool:
    head, found, body = answer.partition(HEAD_END)
    if not found:
        return False
    _, announced, rest = head.lower().partition(LENGTH)
    return len(body) >= int(rest.split(b"\r\n", 1)[0]) if announced else body.endswith(LAST_CHUNK)
