"""A page over HTTP on loopback: what a browser may ask, and what it may not.

Every page in the user's browser can reach it there. So foreign names and origins are refused as at the
gateways, and the page itself may load and ask nothing but its own.
"""

from collections.abc import MutableMapping
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response

from chaos.cluster import ClusterError
from services.adapters.failures import failure_body
from services.adapters.guards import (
    App,
    Receive,
    Scope,
    Send,
    check_host,
    check_origin,
    limited,
    read_headers,
    refuse,
    too_large,
)
from services.errors import LabError
from services.gateway.inputs import parsed

MOST_BYTES = 64 << 10
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class Guarded:
    """Refuses whoever should not be here, and says in every answer what its page may do."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it."""

        async def send_with_policy(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                given = [*message.get("headers", ())]
                own = {name for name, _ in given}  # a page that brings its own policy keeps it
                message["headers"] = [*given, *(each for each in HEADERS if each[0] not in own)]
            await send(message)

        request = read_headers(scope["headers"])
        try:
            check_host(request.hosts, frozenset())
            check_origin(request)
            if request.length is not None and request.length > MOST_BYTES:
                raise too_large(MOST_BYTES)
            await self._app(scope, limited(receive, MOST_BYTES), send_with_policy)
        except LabError as error:
            await refuse(error, send_with_policy)


def new_app(title: str) -> FastAPI:
    """An application without routes yet; what its routes raise becomes an answer in the lab's own form."""
    app = FastAPI(title=title, openapi_url=None)
    app.add_exception_handler(LabError, _refused)
    app.add_exception_handler(ClusterError, _failed)
    return app


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, LabError)
    return Response(failure_body(error), error.kind.status, media_type="application/json")


async def _failed(_: Request, error: Exception) -> Response:
    return Response(failure_body(LabError("internal", str(error))), 500, media_type="application/json")


def body_as(kind: type[Any], body: bytes) -> Any:
    """The request's body as a `kind`. Raises `LabError` bad-request that says what was expected where."""
    try:
        return msgspec.convert(parsed(body), kind)
    except msgspec.ValidationError as error:
        raise LabError("bad-request", str(error)) from error


def as_json(document: Any) -> Response:
    """The answer."""
    return Response(msgspec.json.encode(document), media_type="application/json")
