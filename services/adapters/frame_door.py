"""The node's side of one stream of frames: requests in, answers out as they are ready.

No caller can make it hold much. Frames have a maximum length. While too many requests are under way, or the
other side does not take its answers, the node reads nothing more. A frame that has begun must be whole in
time, and the node closes an idle connection, later than the side that opened it does. A breach of the wire's
rules goes to the log in one line and ends the connection.
"""

import asyncio
from typing import cast

from uvicorn.server import ServerState

from services.adapters.frame_service import Caller, FrameService
from services.adapters.frames import LAST_WORD, FrameError, FrameReader, FrameTooLongError, frame
from services.adapters.guards import MESSAGE_BODY_BYTES, too_large
from services.adapters.joined import JoinedWrites
from services.adapters.patience import KEPT_OPEN_S, REQUEST_DEADLINE_S
from services.errors import LabError
from services.messages import encode, failed

MOST_UNDER_WAY = 1024
LOOK_S = 1.0  # at least, between two looks whether a connection is idle


def last_word(error: LabError) -> bytes:
    """What a node says when it will not talk on this connection, because of `error`."""
    return frame(LAST_WORD, encode(failed(error)))


class FrameDoor(asyncio.Protocol):
    """One connection whose first line was in order; it said who is `calling`.

    `state` is uvicorn's; through it uvicorn ends this connection along with its own.
    """

    def __init__(
        self, service: FrameService, calling: Caller, state: ServerState, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._service, self._caller, self._state, self._loop = service, calling, state, loop
        self._reader = FrameReader(MESSAGE_BODY_BYTES)
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._transport: JoinedWrites
        self._deadline: asyncio.TimerHandle | None = None  # for a frame that is not whole
        self._writable = True
        self._holds = False  # reading is paused
        self._ended = False  # the other side sends no more
        self._ending = False  # takes no new requests, and closes once those under way are answered

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over the stream."""
        self._transport = JoinedWrites(cast(asyncio.Transport, transport), self._loop)
        self._state.connections.add(self)  # type: ignore[arg-type] # uvicorn only calls `shutdown`
        self._heard_s = self._loop.time()
        self._idle = self._loop.call_later(KEPT_OPEN_S, self._look_whether_idle)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody will read the answers, but requests under way are still done."""
        self._state.connections.discard(self)
        self._idle.cancel()
        self._forget_deadline()

    def data_received(self, data: bytes) -> None:
        """Take in requests, or parts of them."""
        self._heard_s = self._loop.time()
        whole = False
        try:
            for number, body in self._reader.feed(data):
                self._begin(number, body)
                whole = True
        except FrameError as error:
            self._break_off(error)
            return
        if whole:
            self._forget_deadline()
        self._regulate()

    def eof_received(self) -> bool:
        """No more requests will come; those under way are answered."""
        self._ended = True
        if self._reader.midway:
            self._break_off(FrameError("the stream ended in the middle of a frame"))
        self.shutdown()
        return True

    def pause_writing(self) -> None:
        """The other side does not take its answers."""
        self._writable = False
        self._regulate()

    def resume_writing(self) -> None:
        """It takes them again."""
        self._writable = True
        self._regulate()

    def shutdown(self) -> None:
        """Answer what is under way, refuse the rest, close."""
        self._ending = True
        self._close_if_all_is_answered()

    def _begin(self, number: int, body: bytes) -> None:
        if number in self._under_way or number == LAST_WORD:
            raise FrameError(f"request number {number} is already under way, or is not allowed", number)
        if self._ending:
            error = LabError("shutting-down", "the node is stopping and takes nothing more")
            self._transport.write(frame(number, encode(failed(error))))
            return
        task = self._loop.create_task(self._answer(number, body))
        self._under_way[number] = task
        self._state.tasks.add(task)

    async def _answer(self, number: int, body: bytes) -> None:
        try:
            reply = await self._service.answer(body, self._caller, number)
        finally:
            self._state.tasks.discard(self._under_way.pop(number))
        if not self._transport.is_closing():
            write = self._transport.write if self._under_way else self._transport.write_at_once
            write(frame(number, reply))
        if self._holds:
            self._regulate()
        if self._ending and not self._transport.is_closing():
            self._close_if_all_is_answered()

    def _close_if_all_is_answered(self) -> None:
        if not self._under_way:
            self._transport.close()

    def _break_off(self, error: FrameError) -> None:
        """Say why, in the log and perhaps to the caller, and close."""
        peer = self._transport.get_extra_info("peername") or "?"
        self._service.log.event("stream-broken", peer=str(peer), reason=str(error))
        if isinstance(error, FrameTooLongError):
            refusal = too_large(MESSAGE_BODY_BYTES)
            self._transport.write(frame(error.number, encode(failed(refusal))))
        self._ending = True
        self._forget_deadline()
        if self._ended:
            self._transport.close()
        else:
            self._transport.close_gently(self, self._state.connections)

    def _regulate(self) -> None:
        """Pause or resume reading; while reading, set a deadline for a frame that has begun."""
        if self._transport.is_closing():
            return
        hold = len(self._under_way) >= MOST_UNDER_WAY or not self._writable
        if hold != self._holds:
            self._holds = hold
            (self._transport.pause_reading if hold else self._transport.resume_reading)()
        if hold or not self._reader.midway:
            self._forget_deadline()
        elif self._deadline is None:
            self._deadline = self._loop.call_later(REQUEST_DEADLINE_S, self._give_up)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        self._break_off(FrameError(f"the rest of a frame did not come within {REQUEST_DEADLINE_S:g} s"))

    def _look_whether_idle(self) -> None:
        """One timer for the whole life of the connection: it looks when data last came."""
        left_s = self._heard_s + KEPT_OPEN_S - self._loop.time()
        if left_s <= 0 and not self._under_way:
            self._transport.abort()  # even if answers wait that nobody takes
        else:
            self._idle = self._loop.call_later(max(left_s, LOOK_S), self._look_whether_idle)
