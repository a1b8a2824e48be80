"""Toxiproxy's HTTP API as an ASGI application: who may call it, and which handler answers.

Whoever reaches this API can redirect traffic, so pages in a browser must not. Browsers are refused by
their user agent, as in Toxiproxy; beyond it every request with a foreign Host or Origin is refused,
which is what a page on another site, or a name rebound to this address, looks like.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from secrets import token_hex
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from chaos.proxy.errors import BODY_TOO_LARGE, FOREIGN, ApiError
from chaos.proxy.handlers import Handlers, Request, Response, plain, refusal

BODY_LIMIT_BYTES = 1024 * 1024
REQUEST_ID_BYTES = 10  # as many letters as Toxiproxy's have

Scope: TypeAlias = Mapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
Send: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]


class Api:
    """The application; answers requests to its own address, to localhost and to `allowed_hosts`."""

    def __init__(self, handlers: Handlers, allowed_hosts: Collection[str]) -> None:
        self._handlers = handlers
        self._allowed_hosts = frozenset(host.lower() for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        try:
            response = await self._answer(scope, receive)
        except ApiError as error:
            response = refusal(error)
        headers = [(b"content-length", str(len(response.body)).encode())] if response.status != 204 else []
        headers += [(name.encode(), value.encode()) for name, value in response.headers.items()]
        headers.append((b"x-toxiproxy-request-id", token_hex(REQUEST_ID_BYTES).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        self._refuse_foreign(headers, own_address=scope["server"][0])
        methods, names = self._handlers.find(scope["path"])
        if methods is None:
            return plain(404, "404 page not found")
        handler = methods.get(scope["method"])
        if handler is None:
            return Response(405)
        if headers.get("user-agent", "").startswith("Mozilla/"):
            return plain(403, "User agent not allowed")
        return await handler(Request(names, await _body(receive)))

    def _refuse_foreign(self, headers: Mapping[str, str], own_address: str) -> None:
        own = self._allowed_hosts | {"localhost", "127.0.0.1", "::1", own_address}
        for header, url in (("host", f"//{headers.get('host', '')}"), ("origin", headers.get("origin", ""))):
            if header in headers and _host_of(url) not in own:
                raise ApiError(FOREIGN, f"{header} {headers[header]!r}")


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > BODY_LIMIT_BYTES:
            raise ApiError(BODY_TOO_LARGE, BODY_LIMIT_BYTES)
        if not message.get("more_body", False):
            return bytes(body)
