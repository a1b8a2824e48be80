"""uvicorn's HTTP protocol with limits to its patience, and answers in one piece.

uvicorn waits for ever for the rest of a request, and takes headers of any size and any number of connections.
Here a request must be complete within a time after the connection or its first byte, so that half-open
connections go away by themselves.

A client may send its next request before the answer to the last one, and end its stream right after its only
request. Answers come in the order of the requests, even if one of them is a refusal that no application ever
saw. A client that waits for an answer gets it even if it will send no more, and also if it is still sending
what nobody will read (`lingering`).

uvicorn also sends the head and the body of an answer separately. Joined, they cost one system call instead of
two, and a link proxy on the way has one thing to pass on instead of two.
"""

import asyncio
from typing import cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from services.adapters.failures import failure_body
from services.adapters.joined import JoinedWrites
from services.adapters.patience import MOST_CONNECTIONS, REQUEST_DEADLINE_S
from services.errors import LabError

HEADER_BYTES = 64 << 10
PIECE_BYTES = HEADER_BYTES // 4


class _Way(JoinedWrites):
    """The transport of `protocol`, which uvicorn closes as well."""

    def __init__(self, protocol: "PatientProtocol", transport: asyncio.Transport) -> None:
        super().__init__(transport, protocol.loop)
        self._protocol = protocol

    def close(self) -> None:
        """Send everything, then close; gently if a request was answered before its end."""
        if self._protocol.may_hear_more and not self.is_closing():
            self.close_gently(self._protocol, self._protocol.connections)
        else:
            super().close()


class PatientProtocol(HttpToolsProtocol):
    """One connection. Only an incomplete request needs a timer; most come in one piece."""

    _deadline: asyncio.TimerHandle | None = None
    _complete = False
    _in_headers = True
    _header_bytes = 0
    _under_way = False  # from a request's first byte to its last
    _begun = 0  # requests that began in this piece of data
    _unanswered = 0  # requests with complete headers and no answer yet
    _ending = False  # reads nothing more; once all is answered, sends its last words
    _last_words = b""
    _at_end = False  # the client sends no more

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(cast(asyncio.Transport, _Way(self, transport)))
        if len(self.connections) <= MOST_CONNECTIONS:
            self._expect_the_rest()
        else:
            self._end_with(LabError("overloaded", f"{MOST_CONNECTIONS} connections are open already"))

    @property
    def may_hear_more(self) -> bool:
        """Has the client been answered while it may still be sending?"""
        in_the_midst = self._under_way and self.cycle is not None and self.cycle.response_started
        return not self._at_end and (in_the_midst or bool(self._last_words))

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timer, and bodies that nobody has read: the garbage collector is in no hurry."""
        self._forget_deadline()
        super().connection_lost(exc)
        for cycle in (self.cycle, *(cycle for cycle, _ in self.pipeline)):
            if cycle is not None:
                cycle.body = bytearray()

    def data_received(self, data: bytes) -> None:
        """Pass on what came, in pieces that are small compared with the limit for headers."""
        for start in range(0, len(data), PIECE_BYTES):
            if not self._ending:
                self._piece_received(data[start : start + PIECE_BYTES])

    def _piece_received(self, data: bytes) -> None:
        """Check whether the request is whole."""
        went_on, between, self._begun = self._in_headers, not self._under_way, 0
        super().data_received(data)
        if self._ending or self.transport.is_closing():
            return
        if self._complete:
            self._forget_deadline()
        elif self._deadline is None:
            self._expect_the_rest()
        if self._in_headers:
            if (went_on and not self._begun) or (between and self._begun == 1):
                self._header_bytes += len(data)  # otherwise it is unknown where in the data they begin
            if self._header_bytes > HEADER_BYTES:
                self._end_with(LabError("too-large", f"the headers have more than {HEADER_BYTES} bytes"))

    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        self._begun += 1
        self._under_way, self._complete, self._in_headers, self._header_bytes = True, False, True, 0

    def on_headers_complete(self) -> None:
        """The application may begin."""
        super().on_headers_complete()
        self._in_headers = False
        self._unanswered += 1

    def on_message_complete(self) -> None:
        """The request's last byte."""
        self._under_way, self._complete = False, True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """A request has its answer."""
        self._unanswered -= 1
        cast(JoinedWrites, self.transport).flush()
        super().on_response_complete()
        self._end_if_all_is_answered()

    def shutdown(self) -> None:
        """The node stops: what a client may still send is not waited for."""
        self._at_end = True
        super().shutdown()

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client will send no more, but may still read: it gets what it waits for."""
        self._at_end = True
        if self._under_way and not self._ending:
            self._end_with(LabError("bad-request", "the connection ended in the middle of the request"))
        else:
            self._end()
        return True

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are not HTTP, in the lab's own form."""
        self._end_with(LabError("bad-request", msg))

    def _end_with(self, error: LabError) -> None:
        """Close the connection with `error` as the answer to the request that has just begun to arrive."""
        if self._in_headers or self._complete or self._withdraw():
            body = failure_body(error)
            head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close" % len(body)
            self._last_words = STATUS_LINE[error.kind.status] + head + b"\r\n\r\n" + body
        self._end()

    def _withdraw(self) -> bool:
        """Forget the newest request, whose rest will never come. False if it has (part of) an answer."""
        if self.cycle.response_started:
            return False
        self._unanswered -= 1
        if self.pipeline:
            self.pipeline.popleft()
        return True

    def _end(self) -> None:
        """Read no more, and close when all requests are answered."""
        self._ending = True
        self._forget_deadline()
        self._end_if_all_is_answered()

    def _end_if_all_is_answered(self) -> None:
        if self._ending and not self._unanswered and not self.transport.is_closing():
            if self._last_words:
                self.transport.write(self._last_words)
            self.transport.close()

    def _expect_the_rest(self) -> None:
        self._deadline = self.loop.call_later(REQUEST_DEADLINE_S, self._give_up)

    def _give_up(self) -> None:
        """The rest of a request does not come. Those before it are answered."""
        if not self._in_headers and not self._complete:
            self._withdraw()
        self._end()

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
