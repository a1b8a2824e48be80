"""One of the two sockets of a connection: it feeds one pipe and is the outlet of the other.

With no toxics bytes go from one transport to the other in a few plain calls. The rest is about ends.
A direction that its sender has finished is closed for writing only, so that an answer can still come
back (the Go server closes the whole connection); a socket that is gone ends both directions.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from chaos.proxy.pipe import Pipe
from chaos.proxy.toxics.stage import Data, End

HIGH_WATER_BYTES = 256 * 1024
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER switched on, with no time to linger


class Endpoint(asyncio.Protocol):
    """The client's or the upstream's socket; `on_lost` is called when it is gone."""

    peer: "Endpoint"

    def __init__(self, inbound: Pipe, outbound: Pipe, on_lost: Callable[[], None]) -> None:
        self.transport: asyncio.Transport | None = None
        self.lost = False
        self.finished = False  # nothing more is to be written
        self._inbound = inbound  # brings what this socket writes
        self._outbound = outbound  # takes what this socket reads
        self._outbound.hold_back = self._hold_back
        self._at_eof = False
        self._on_lost = on_lost

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is connected; take what the pipe brings."""
        self.transport = cast(asyncio.Transport, transport)
        if self.finished:
            self.transport.abort()
            return
        self.transport.set_write_buffer_limits(high=HIGH_WATER_BYTES)
        self._inbound.connect(self)

    def data_received(self, data: bytes) -> None:
        """Bytes came in."""
        self._outbound.feed(data)

    def eof_received(self) -> bool:
        """The other side will send no more; keep the socket, it may still want to read."""
        self._at_eof = True
        self._outbound.end(End.EOF)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is gone: let the peer have what is still under way to it, then close it too."""
        self.lost = self.finished = True
        if self.peer.finished:
            self.peer.close()
        else:
            self._outbound.end(End.CLOSE)
        self._on_lost()

    def pause_writing(self) -> None:
        """This socket's buffer is full."""
        self._inbound.sink_ready(False)

    def resume_writing(self) -> None:
        """This socket's buffer has drained."""
        self._inbound.sink_ready(True)

    def feed(self, data: Data) -> None:
        """Write what came through the pipe."""
        if self.transport and not self.finished:
            self._inbound.count.sent += len(data)
            self.transport.write(data)

    def end(self, how: End) -> None:
        """Nothing more comes through the pipe."""
        if self.finished:
            return
        self.finished = True
        if how is End.RESET:
            self.reset()
            self.peer.reset()
        elif how is End.CLOSE or self.peer.lost:
            self.close()
        elif self.peer.finished:
            self.close()
            self.peer.close()
        elif self.transport and not self.transport.is_closing():
            self.transport.write_eof()

    def close(self) -> None:
        """Close once everything is written."""
        self.finished = True
        if self.transport:
            self.transport.close()

    def abort(self) -> None:
        """Close now."""
        self.finished = True
        if self.transport:
            self.transport.abort()

    def reset(self) -> None:
        """Close now, and let the other side see a reset."""
        if self.transport and not self.transport.is_closing():
            with suppress(OSError):  # the other side was faster: it is reset or closed already
                self.transport.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE
                )
        self.abort()

    def _hold_back(self, hold: bool) -> None:
        if self.transport is None or self._at_eof or self.transport.is_closing():
            return
        if hold:
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()
