"""The calling side of one stream of frames: requests of many callers at once, each with its own timeout.

This module alone decides what a caller learns. An error is *definite* only if nothing was put on the wire
because the connection could not be made. If a stream ends or stays silent, waiting callers are in doubt.
Silence may mean a black hole, so after a timeout a stream takes no new requests. It stays open for those that
still wait, and closes when the last of them is answered or has given up.
"""

import asyncio
from typing import cast

from services.adapters.frames import LARGEST_NUMBER, LAST_WORD, FrameError, FrameReader, first_line, frame
from services.adapters.joined import JoinedWrites
from services.adapters.patience import KEEP_ALIVE_S
from services.errors import LabError

LONGEST_REPLY_BYTES = 1 << 30  # a reply may hold all that a replica has
LOOK_S = 1.0  # at least, between two looks whether a stream is idle
IN_DOUBT = "it may or may not have happened"


class Stream(asyncio.Protocol):
    """One connection to the node `to`; it takes requests before it is made, and sends them afterwards."""

    def __init__(
        self, to: str, token: str, loop: asyncio.AbstractEventLoop, incarnation: str = "", name: str = ""
    ) -> None:
        self.takes_requests = True
        self.incarnation, self.name = incarnation, name
        self._to, self._token, self._loop = to, token, loop
        self._reader = FrameReader(LONGEST_REPLY_BYTES)
        self._pending: dict[int, tuple[asyncio.Future[bytes], asyncio.TimerHandle, float]] = {}
        self._unsent: dict[int, bytes] = {}  # while the connection is not made yet
        self.number = LAST_WORD  # of the newest request
        self._transport: JoinedWrites | None = None
        self._dial: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._spoke_s = 0.0  # when the last request was made
        self._heard = False  # has any answer come?

    @property
    def is_over(self) -> bool:
        """No caller waits here, and none will."""
        return not self.takes_requests and not self._pending

    def dial(self, host: str, port: int) -> None:
        """Begin to connect."""
        self._dial = self._loop.create_task(self._connect(host, port))

    def ask(self, body: bytes, timeout_s: float) -> asyncio.Future[bytes]:
        """The future body of the answer, or `LabError`; a caller that gives up just stops waiting."""
        self.number = number = self.number % LARGEST_NUMBER + 1
        answer: asyncio.Future[bytes] = self._loop.create_future()
        alarm = self._loop.call_later(timeout_s, self._time_is_up, number)
        self._pending[number] = (answer, alarm, timeout_s)
        self._spoke_s = self._loop.time()
        if self._transport is None:
            self._unsent[number] = frame(number, body)
        elif len(self._pending) == 1:
            self._transport.write_at_once(frame(number, body))
        else:
            self._transport.write(frame(number, body))
        return answer

    def retire(self) -> None:
        """Take no new requests; close as soon as no caller waits."""
        self.takes_requests = False
        if self.is_over:
            self._abandon()

    async def close(self) -> None:
        """End it now; waiting callers are left in doubt."""
        self._abandon()
        if self._dial is not None:
            await asyncio.gather(self._dial, return_exceptions=True)
        self._fail_all()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the waiting requests, except those of callers that have given up."""
        self._transport = JoinedWrites(cast(asyncio.Transport, transport), self._loop)
        if self.is_over:
            self._transport.abort()
            return
        wanted = (data for number, data in self._unsent.items() if not self._pending[number][0].done())
        self._transport.write(b"".join((first_line(self._token, self.incarnation, self.name), *wanted)))
        self._unsent.clear()
        self._idle = self._loop.call_later(KEEP_ALIVE_S, self._look_whether_idle)

    def data_received(self, data: bytes) -> None:
        """Take in answers, or parts of them."""
        try:
            for number, body in self._reader.feed(data):
                if number == LAST_WORD:
                    self._hear_last_word(body)
                else:
                    self._settle(number, body)
        except FrameError as error:
            self._fail_all(f"answered something unreadable: {error}")
            self._abandon()
            return
        if self.is_over:
            self._abandon()

    def eof_received(self) -> None:
        """The other side will send no more."""
        self.takes_requests = False

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more will come."""
        self._fail_all()
        if self._idle is not None:
            self._idle.cancel()

    async def _connect(self, host: str, port: int) -> None:
        try:
            await self._loop.create_connection(lambda: self, host, port)
        except OSError as error:
            self._refused(error)

    def _refused(self, error: OSError) -> None:
        self.takes_requests = False
        for number in list(self._pending):
            self._fail(number, LabError("unreachable", f"{self._to} refused the connection"), error)

    def _settle(self, number: int, body: bytes) -> None:
        self._heard = True
        waiting = self._pending.pop(number, None)
        if waiting is not None:
            waiting[1].cancel()
            if not waiting[0].done():
                waiting[0].set_result(body)

    def _hear_last_word(self, body: bytes) -> None:
        """A node that will not talk here has done nothing, so its refusal may be definite."""
        self.takes_requests = False
        for number in [] if self._heard else list(self._pending):
            self._settle(number, body)

    def _time_is_up(self, number: int) -> None:
        timeout_s = self._pending[number][2]
        self.takes_requests = False
        self._unsent.pop(number, None)
        text = f"{self._to} did not answer within {timeout_s:g} s; {IN_DOUBT}"
        self._fail(number, LabError("timed-out", text))
        if self.is_over:
            self._abandon()

    def _fail_all(self, how: str = "closed without an answer") -> None:
        self.takes_requests = False
        for number in list(self._pending):
            self._fail(number, LabError("connection-lost", f"{self._to} {how}; {IN_DOUBT}"))

    def _fail(self, number: int, error: LabError, cause: Exception | None = None) -> None:
        answer, alarm, _ = self._pending.pop(number)
        alarm.cancel()
        if not answer.done():
            error.__cause__ = cause
            answer.set_exception(error)

    def _abandon(self) -> None:
        """End a connection that nobody needs any more.

        A dial that has succeeded is not cancelled: uvloop would close its transport without telling the
        protocol, or not at all. In that case the connection is closed instead.
        """
        self.takes_requests = False
        if self._transport is not None:
            self._transport.abort()
        elif self._dial is not None:
            self._dial.cancel()

    def _look_whether_idle(self) -> None:
        """One timer for the whole life of the connection: it looks when the last request was."""
        left_s = self._spoke_s + KEEP_ALIVE_S - self._loop.time()
        if left_s <= 0 and not self._pending:
            self._abandon()
        else:
            self._idle = self._loop.call_later(max(left_s, LOOK_S), self._look_whether_idle)
