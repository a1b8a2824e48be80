"""The network port: one long-lived stream of frames per link, opened when it is first needed.

Callers share it. When it has ended, or seems dead, the next call opens another.
"""

import asyncio
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from services.adapters.guards import MESSAGE_BODY_BYTES, too_large
from services.adapters.notes import Notebook
from services.adapters.stream import IN_DOUBT, Stream
from services.errors import KINDS, LabError
from services.messages import AskNotes, Failed, Message, Notes, decode, encode, result


class FrameNetwork:
    """Calls other nodes over `links` (name of the peer -> `http://host:port`), with the run's token.

    `incarnation` returns the caller's present incarnation. The `notebook` records what a node says; the lab
    has none.
    """

    def __init__(
        self,
        links: Mapping[str, str],
        token: str,
        incarnation: Callable[[], str] = str,
        notebook: Notebook | None = None,
    ) -> None:
        self._notebook, new_stream = notebook, notebook.new_stream if notebook else str
        self._links = {name: _Link(name, url, token, incarnation, new_stream) for name, url in links.items()}

    async def call(self, to: str, message: Message, timeout_s: float) -> Message:
        """Send `message` to the node `to` and return its reply; see `services.ports.Network`."""
        link = self._links.get(to)
        if link is None:
            known = ", ".join(sorted(self._links))
            raise LabError("unreachable", f"there is no link to {to!r}; known: {known}")
        body = encode(message)
        if len(body) > MESSAGE_BODY_BYTES:
            raise too_large(MESSAGE_BODY_BYTES)
        link.sent += 1
        link.with_data += message.brings_data
        if self._notebook is None:
            return _reply(to, await link.ask(body, timeout_s))
        return await self._noted(self._notebook, link, to, message, body, timeout_s)

    def traffic(self) -> Mapping[str, tuple[int, int]]:
        """See `services.ports.Network`."""
        return {name: (link.sent, link.with_data) for name, link in self._links.items() if link.sent}

    def notes(self, asked: AskNotes) -> Notes:
        """See `services.ports.Network`."""
        assert self._notebook, "only nodes are asked"
        return self._notebook.read(asked)

    async def close(self) -> None:
        """Close every connection."""
        for link in self._links.values():
            await link.close()

    async def _noted(
        self, notebook: Notebook, link: "_Link", to: str, message: Message, body: bytes, timeout_s: float
    ) -> Message:
        since_s, outcome = notebook.now_s(), None
        answer = link.ask(body, timeout_s)
        stream, number = link.newest
        try:
            reply = _reply(to, await answer)
            outcome = "ok"
        except LabError as error:
            outcome = error.kind.code
            raise
        finally:
            notebook.said(stream, number, message, to, since_s, outcome)
        return reply


class _Link:
    """The streams of one link: the one that takes requests, and older ones with requests under way."""

    def __init__(
        self, to: str, url: str, token: str, incarnation: Callable[[], str], new_stream: Callable[[], str]
    ) -> None:
        self._to, self._token, self._incarnation, self._new_stream = to, token, incarnation, new_stream
        where = urlsplit(url)
        self._host, self._port = where.hostname or "", where.port or 80
        self._stream: Stream | None = None
        self._retired: list[Stream] = []
        self.sent = self.with_data = 0

    def ask(self, body: bytes, timeout_s: float) -> asyncio.Future[bytes]:
        stream = self._stream
        if stream is None or not stream.takes_requests or stream.incarnation != self._incarnation():
            stream = self._another()
        return stream.ask(body, timeout_s)

    @property
    def newest(self) -> tuple[str, int]:
        """The stream of the newest request, and its number there."""
        assert self._stream is not None, "there was a request"
        return self._stream.name, self._stream.number

    async def close(self) -> None:
        streams, self._stream, self._retired = [*self._retired, self._stream], None, []
        for stream in streams:
            if stream is not None:
                await stream.close()

    def _another(self) -> Stream:
        if self._stream is not None:
            self._stream.retire()
            self._retired.append(self._stream)
        self._retired = [stream for stream in self._retired if not stream.is_over]
        self._stream = Stream(
            *(self._to, self._token, asyncio.get_running_loop(), self._incarnation(), self._new_stream())
        )
        self._stream.dial(self._host, self._port)
        return self._stream


def _reply(to: str, body: bytes) -> Message:
    try:
        reply = decode(body)
    except LabError as error:
        text = f"{to} answered something unreadable: {error.text}; {IN_DOUBT}"
        raise LabError("connection-lost", text) from error
    if isinstance(reply, Failed) and reply.error not in KINDS:
        raise LabError("connection-lost", f"{to} answered with an unknown error {reply.error!r}")
    return result(reply)
