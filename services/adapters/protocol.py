"""uvicorn's HTTP protocol with an end to patience, and answers in one piece.

uvicorn waits for ever for the rest of a request, takes headers of any size, and any number of
connections. Here a request must be complete some time after the connection or its first byte came,
so that half-open connections go away by themselves.

It also sends head and body of an answer apart. Joined, they cost one system call instead of two, and
a link proxy on the way has one thing to pass on instead of two.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from services.adapters.failures import failure_body
from services.errors import LabError

REQUEST_DEADLINE_S = 5.0
HEADER_BYTES = 64 << 10
MOST_CONNECTIONS = 2000


class JoinedWrites:
    """A transport that sends what one turn of the event loop writes with one system call."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Send `data` when the turn ends."""
        if not self._parts:
            self._loop.call_soon(self._flush)
        self._parts.append(data)

    def close(self) -> None:
        """Close when everything has been sent."""
        self._flush()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _flush(self) -> None:
        if self._parts:
            self._transport.write(b"".join(self._parts))
            self._parts.clear()


class PatientProtocol(HttpToolsProtocol):
    """One connection. Only an incomplete request pays for a timer; most come in one piece."""

    _deadline: asyncio.TimerHandle | None = None
    _complete = False
    _in_headers = True
    _header_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(cast(asyncio.Transport, JoinedWrites(transport, self.loop)))
        if len(self.connections) <= MOST_CONNECTIONS:
            self._expect_the_rest()
        else:
            self._end_with(LabError("overloaded", f"{MOST_CONNECTIONS} connections are open already"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer."""
        self._forget_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Pass on what came, and look whether the request is whole."""
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._complete:
            self._forget_deadline()
        elif self._deadline is None:
            self._expect_the_rest()
        if self._in_headers:
            self._header_bytes += len(data)
            if self._header_bytes > HEADER_BYTES:
                self._end_with(LabError("too-large", f"the headers have more than {HEADER_BYTES} bytes"))

    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        self._complete, self._in_headers, self._header_bytes = False, True, 0

    def on_headers_complete(self) -> None:
        """The application may begin."""
        self._in_headers = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request's last byte."""
        self._complete = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are not HTTP, in the lab's own form."""
        self._end_with(LabError("bad-request", msg))

    def _end_with(self, error: LabError) -> None:
        body = failure_body(error)
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close" % len(body)
        self.transport.write(STATUS_LINE[error.kind.status] + head + b"\r\n\r\n" + body)
        self.transport.close()

    def _expect_the_rest(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_DEADLINE_S, self.transport.close)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
