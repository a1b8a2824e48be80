"""Who may talk to a node, checked before anything else sees the request.

The lab listens on loopback, where every page in the user's browser can reach it. Two headers keep
pages out: `Host` must name this machine or a node (against names rebound to 127.0.0.1), and `Origin`,
which only browsers send, must be the lab itself. Messages between nodes need the run's token, and no body
may exceed its limit, whether its length is announced or not.

Pure ASGI without a buffer: this costs a request only a few microseconds.
"""

import hmac
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, NamedTuple

from services.adapters.failures import failure_body
from services.errors import LabError
from services.ports import Log
from services.settings import NodeSettings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CLIENT_BODY_BYTES = 1 << 20
MESSAGE_BODY_BYTES = 24 << 20  # a full batch of the largest values
LINK_PROXY = "toxiproxy"
MESSAGES = "/messages/"

_LOOPBACK = re.compile(rb"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_PORT = re.compile(rb":\d{1,5}$")


class Request(NamedTuple):
    """The headers that matter here."""

    hosts: tuple[bytes, ...]
    origin: bytes | None
    authorization: bytes
    length: int | None  # None if the body comes in chunks, without a length


class Guards:
    """Wraps a node's application; refuses in the lab's own form, and catches uncaught exceptions."""

    def __init__(self, app: App, settings: NodeSettings, log: Log) -> None:
        self._app = app
        self._log = log
        self._names = allowed_names(settings)
        self._bearer = f"Bearer {settings.token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it."""
        request = read_headers(scope["headers"])
        limit = MESSAGE_BODY_BYTES if scope["path"].startswith(MESSAGES) else CLIENT_BODY_BYTES
        try:
            self._check(request, scope["path"], limit)
        except LabError as error:
            return await refuse(error, send)
        if request.length is None:
            receive = limited(receive, limit)
        try:
            await self._app(scope, receive, send)
        except Exception as error:
            self._log.event("bug", path=scope["path"], exc_info=error)

    def _check(self, request: Request, path: str, limit: int) -> None:
        check_host(request.hosts, self._names)
        check_origin(request)
        if path.startswith(MESSAGES) and not hmac.compare_digest(request.authorization, self._bearer):
            raise LabError("unauthorized", "send the run's token as `Authorization: Bearer …`")
        if request.length is not None and request.length > limit:
            raise too_large(limit)


def allowed_names(settings: NodeSettings) -> frozenset[bytes]:
    """Every name besides loopback that this node may be called by, in lower case and without port."""
    nodes = (settings.node, *settings.replicas, *settings.gateways, "controller", LINK_PROXY)
    return frozenset(name.lower().encode() for name in (*nodes, *settings.allowed_hosts))


def read_headers(headers: Iterable[tuple[bytes, bytes]]) -> Request:
    """Pick out the headers that matter; names are in lower case, as ASGI has them."""
    hosts, origin, authorization, length, chunked = [], None, b"", 0, False
    for name, value in headers:
        if name == b"host":
            hosts.append(value)
        elif name == b"origin":
            origin = value
        elif name == b"authorization":
            authorization = value
        elif name == b"content-length":
            length = int(value)
        elif name == b"transfer-encoding":
            chunked = True
    return Request(tuple(hosts), origin, authorization, None if chunked else length)


def check_host(hosts: tuple[bytes, ...], names: frozenset[bytes]) -> None:
    """Raise `LabError` forbidden-host unless there is exactly one Host and it is ours."""
    if len(hosts) == 1 and (_LOOPBACK.fullmatch(hosts[0]) or _PORT.sub(b"", hosts[0]).lower() in names):
        return
    named = b", ".join(hosts).decode("latin-1") or "missing"
    raise LabError(
        "forbidden-host",
        f"the Host header is {named}; use localhost, 127.0.0.1 or a name in LAB_ALLOWED_HOSTS",
    )


def check_origin(request: Request) -> None:
    """Raise `LabError` forbidden-origin if a browser sends a request of a page from another origin."""
    if request.origin is None:
        return
    host = request.hosts[0]
    if not (_LOOPBACK.fullmatch(host) and request.origin.lower() == b"http://" + host.lower()):
        origin = request.origin.decode("latin-1")
        raise LabError("forbidden-origin", f"pages from {origin} may not talk to the lab")


def limited(receive: Receive, limit: int) -> Receive:
    """`receive`, but it raises `LabError` too-large after more than `limit` bytes of body."""
    total = 0

    async def receive_counted() -> MutableMapping[str, Any]:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            raise too_large(limit)
        return message

    return receive_counted


async def refuse(error: LabError, send: Send) -> None:
    """Answer with `error`."""
    body = failure_body(error)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if error.kind.code == "unauthorized":
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": error.kind.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def too_large(limit: int) -> LabError:
    """The refusal of a body, or a message, of more than `limit` bytes."""
    return LabError("too-large", f"the body has more than {limit} bytes")
