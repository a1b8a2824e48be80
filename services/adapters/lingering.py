"""How to close a connection on which the other side is still sending, so that the last words arrive.

A system that closes a socket with unread data in it resets the connection, and a reset overtakes what was
sent before it. So the node ends only its own direction, reads and throws away what still comes until the
other side ends too, and then closes; it does so only for a while and for so many bytes (nginx calls it
`lingering_close`). Where too many linger already, it closes at once.
"""

import asyncio
from collections.abc import Sized

from services.adapters.patience import MOST_CONNECTIONS

LINGER_S = 5.0
LINGER_BYTES = 32 << 20  # somewhat more than the largest message
MOST_LINGERING = MOST_CONNECTIONS // 4  # beyond the connections that are served


def close_gently(
    transport: asyncio.Transport, was: asyncio.Protocol, crowd: Sized, loop: asyncio.AbstractEventLoop
) -> None:
    """Close `transport`, one of a `crowd`, once the other side has what was written.

    The protocol that it `was` is told of nothing more but the end.
    """
    if transport.is_closing():
        return
    if len(crowd) > MOST_CONNECTIONS + MOST_LINGERING:
        transport.close()
        return
    try:
        transport.write_eof()
    except OSError:  # the other side is gone
        transport.abort()
        return
    transport.set_protocol(_Lingering(transport, was, loop))
    if not transport.is_reading():
        transport.resume_reading()


class _Lingering(asyncio.Protocol):
    """Reads and throws away."""

    def __init__(
        self, transport: asyncio.Transport, was: asyncio.Protocol, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._transport, self._was, self._left = transport, was, LINGER_BYTES
        self._limit = loop.call_later(LINGER_S, transport.abort)  # even if the last words wait to be taken

    def data_received(self, data: bytes) -> None:
        """Throw it away, unless it is too much."""
        self._left -= len(data)
        if self._left < 0:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Both sides are done, or it has taken too long."""
        self._limit.cancel()
        self._was.connection_lost(exc)
