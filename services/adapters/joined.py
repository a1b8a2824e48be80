"""One system call sends all that one turn of the event loop writes.

A call costs more than most messages, and anything on the way, such as a link proxy, has one thing to pass on
instead of many.
"""

import asyncio
from collections.abc import Sized
from typing import Any

from services.adapters.lingering import close_gently


class JoinedWrites:
    """A transport that sends all that one turn of the event loop writes with one system call."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []
        self._lingers = False

    def write(self, data: bytes) -> None:
        """Send `data` when the turn ends."""
        if not self._parts:
            self._loop.call_soon(self.flush)
        self._parts.append(data)

    def write_at_once(self, data: bytes) -> None:
        """Send `data` and all before it now, when there is nothing more to wait for."""
        self._parts.append(data)
        self.flush()

    def is_closing(self) -> bool:
        """Will nothing more be sent?"""
        return self._lingers or self._transport.is_closing()

    def close(self) -> None:
        """Send everything, then close."""
        self.flush()
        self._transport.close()

    def close_gently(self, was: asyncio.Protocol, crowd: Sized) -> None:
        """Send everything, and close once the other side has it (`lingering`)."""
        if not self.is_closing():
            self.flush()
            self._lingers = True
            close_gently(self._transport, was, crowd, self._loop)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def flush(self) -> None:
        """Send what has been written."""
        parts, self._parts = self._parts, []
        if parts and not self.is_closing():
            self._transport.write(b"".join(parts) if len(parts) > 1 else parts[0])
