"""What a node answers on streams of frames, on every connection.

The counterpart of the routes in `http`, with the same rules: no answers without the run's token, only the
kinds of messages that this role understands, and the details of a bug go to the log and not to the caller.
"""

import hmac
from collections.abc import Awaitable, Callable, Collection
from typing import NamedTuple

from services.adapters.frames import PROTOCOL
from services.adapters.incarnation import Incarnation
from services.adapters.notes import Notebook
from services.errors import LabError
from services.messages import Message, decode, encode, failed, kind_of
from services.ports import Log

OK = 200
OTHER = "other"


class Caller(NamedTuple):
    """Who is at the other end of a stream; both are empty if the caller does not say."""

    incarnation: str = ""
    stream: str = ""


ANYBODY = Caller()


class FrameService:
    """`handle` answers the kinds in `served`; `count` gets each route and the matching HTTP status.

    Without an `incarnation` of its own it answers every caller that has the token. The `notebook` records
    requests on streams that have names.
    """

    def __init__(
        self,
        role: str,
        served: Collection[type[Message]],
        handle: Callable[[Message], Awaitable[Message]],
        token: str,
        log: Log,
        count: Callable[[str, int], None],
        incarnation: Incarnation | None = None,
        notebook: Notebook | None = None,
    ) -> None:
        self._incarnation, self._notebook = incarnation, notebook
        self._role, self._handle, self.log, self._count = role, handle, log, count
        self._routes = {kind: f"/messages/{kind_of(kind)}" for kind in served}
        self._token = token.encode()

    def welcome(self, line: bytes) -> Caller:
        """The caller that sent `line` first (without its end). Raises `LabError` unless it may talk here."""
        protocol, _, rest = line.rstrip(b"\r").partition(b" ")
        token, *words = rest.split(b" ")
        if protocol != PROTOCOL:
            spoken, found = PROTOCOL.decode(), protocol.decode("latin-1")
            raise LabError("bad-request", f"this node speaks {spoken}, not {found}")
        if not hmac.compare_digest(token, self._token) or len(words) > len(Caller._fields):
            raise LabError("unauthorized", f"send the run's token as `{PROTOCOL.decode()} …`")
        return Caller(*(word.decode("latin-1") for word in words))

    async def answer(self, body: bytes, caller: Caller = ANYBODY, number: int = 0) -> bytes:
        """The body of the answer to the request in `body`, `number` on the caller's stream; never raises."""
        route = OTHER
        try:
            message = decode(body)
            route = self._route_of(message)
            reply = encode(await self._noted(message, caller, number))
        except LabError as error:
            self._count(route, error.kind.status)
            return encode(failed(error))
        except Exception as error:
            self.log.event("bug", path=route, exc_info=error)
            bug = LabError("internal", "a bug in the node; its log has the traceback")
            self._count(route, bug.kind.status)
            return encode(failed(bug))
        self._count(route, OK)
        return reply

    async def _noted(self, message: Message, caller: Caller, number: int) -> Message:
        notebook = self._notebook
        if notebook is None or not caller.stream:
            return await self._reply(message, caller.incarnation)
        since_s = notebook.now_s()
        try:
            return await self._reply(message, caller.incarnation)
        finally:
            notebook.heard(caller.stream, number, message, since_s)

    async def _reply(self, message: Message, incarnation: str) -> Message:
        if self._incarnation is None:
            return await self._handle(message)
        self._incarnation.must_be(incarnation)
        return await self._incarnation.handle(message, self._handle)

    def _route_of(self, message: Message) -> str:
        route = self._routes.get(type(message))
        if route is None:
            raise LabError("no-such-route", f"a {self._role} has no use for a {kind_of(message)}")
        return route
