"""The first bytes on a connection decide who serves it: HTTP, for people and their tools, or frames.

So a node has one port for everything, and a link one proxy. A connection that begins like the wire between
nodes (`frames`) must show the run's token in its first line. Anything else goes to HTTP, which says what is
wrong with it.
"""

import asyncio
from typing import Any, cast

from uvicorn import Config
from uvicorn.server import ServerState

from services.adapters.frame_door import FrameDoor, last_word
from services.adapters.frame_service import FrameService
from services.adapters.frames import FAMILY, LONGEST_LINE
from services.adapters.lingering import close_gently
from services.adapters.patience import MOST_CONNECTIONS, REQUEST_DEADLINE_S
from services.adapters.protocol import PatientProtocol
from services.errors import LabError


class FirstLine(asyncio.Protocol):
    """A new connection, made by uvicorn; `frames` answers streams of frames."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        frames: FrameService,
    ) -> None:
        self._config, self._state, self._app_state, self._frames = config, server_state, app_state, frames
        self._loop = _loop or asyncio.get_running_loop()
        self._data = b""
        self._transport: asyncio.Transport
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait; if there are too many connections already, HTTP says so."""
        self._transport = cast(asyncio.Transport, transport)
        self._state.connections.add(self)  # type: ignore[arg-type] # uvicorn only calls `shutdown`
        if len(self._state.connections) > MOST_CONNECTIONS:
            self._become_http()
        else:
            self._deadline = self._loop.call_later(REQUEST_DEADLINE_S, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """It was short."""
        self._leave()

    def shutdown(self) -> None:
        """Nothing has been asked yet."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Look at how it begins."""
        self._data += data
        if not self._data.startswith(FAMILY[: len(self._data)]):
            self._become_http()
            return
        line, end, rest = self._data.partition(b"\n")
        if end and len(line) <= LONGEST_LINE:
            self._become_frames(line, rest)
        elif len(line) > LONGEST_LINE:
            self._refuse(LabError("bad-request", f"the first line has more than {LONGEST_LINE} bytes"))

    def _become_http(self) -> None:
        # Nobody has parsed anything yet, so uvicorn's own protocol takes all bytes from the beginning.
        self._become(PatientProtocol(self._config, self._state, self._app_state, self._loop), self._data)

    def _become_frames(self, line: bytes, rest: bytes) -> None:
        try:
            caller = self._frames.welcome(line)
        except LabError as error:
            self._refuse(error)
        else:
            self._become(FrameDoor(self._frames, caller, self._state, self._loop), rest)

    def _become(self, protocol: asyncio.Protocol, data: bytes) -> None:
        self._leave()
        self._transport.set_protocol(protocol)
        protocol.connection_made(self._transport)
        if data:
            protocol.data_received(data)

    def _refuse(self, error: LabError) -> None:
        self._transport.write(last_word(error))
        close_gently(self._transport, self, self._state.connections, self._loop)

    def _leave(self) -> None:
        self._state.connections.discard(self)
        if self._deadline is not None:
            self._deadline.cancel()
