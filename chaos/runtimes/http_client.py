"""The workloads' client over HTTP, which says of every failure whether it is definite.

It sends every request at most once. That is why it uses httpx on its own transport: one on aiohttp would
silently resend PUT, GET and DELETE when a connection ends, and a write that happened twice would look as if
it had happened once.
"""

import asyncio
import ssl
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from urllib.parse import quote

import httpx
import msgspec

from chaos.runtimes.asking import AskingClient
from chaos.runtimes.rest import reply_to, request_of
from chaos.workloads.client import ClientError
from services.messages import Message

sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type] # else it is looked for at each request

KEEP_ALIVE_S = 15  # shorter than the server's, so that no request meets a connection as it closes
ONE = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEP_ALIVE_S)
NO_TLS = ssl.SSLContext(
    ssl.PROTOCOL_TLS_CLIENT
)  # else each transport would load all certificates that there are
JSON = {"content-type": "application/json"}


class HttpClient(AskingClient):
    """See `chaos.workloads.client.Client`; `doors` are base URLs by name.

    They are looked up anew for each request: who starts again may be found elsewhere. With `replica`, each
    request names that one as the only one that may answer it.
    """

    def __init__(self, doors: Mapping[str, str], timeout_s: float, replica: str | None = None) -> None:
        super().__init__(OverHttp(doors, timeout_s, f"?from={quote(replica, safe='')}" if replica else ""))


class OverHttp:
    """See `chaos.runtimes.asking.Way`.

    A request has a connection of its own, and leaves it to the next one. A pool of httpx would look at all of
    its idle connections at each request: with 50 clients that took more time than everything else together.
    """

    def __init__(self, doors: Mapping[str, str], timeout_s: float, wish: str = "") -> None:
        self._doors, self._wish, self._timeout_s = doors, wish, timeout_s
        self._limits = {"timeout": httpx.Timeout(timeout_s).as_dict()}
        self._idle: defaultdict[str, list[httpx.AsyncHTTPTransport]] = defaultdict(list)

    async def ask(self, gateway: str, message: Message) -> Message:
        """See `Way`."""
        request = self._request(gateway, message)
        try:
            response = await self._response(gateway, request)
        except TimeoutError as error:
            raise ClientError(False, f"timed-out: no answer within {self._timeout_s:g} s") from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ClientError(True, f"unreachable: no connection to {gateway}") from error
        except httpx.HTTPError as error:
            raise ClientError(False, f"connection-lost: {error!r}") from error
        return reply_to(message, response.status_code, response.headers, response.content)

    async def close(self) -> None:
        """Close every connection."""
        for idle in self._idle.values():
            while idle:
                await idle.pop().aclose()

    def _request(self, gateway: str, message: Message) -> httpx.Request:
        method, path, body, headers = request_of(message)
        content = None if body is None else msgspec.json.encode(body)
        return httpx.Request(
            method,
            f"{self._doors[gateway]}{path}{self._wish}",
            headers=headers if content is None else {**JSON, **headers},
            content=content,
            extensions=self._limits,
        )

    async def _response(self, gateway: str, request: httpx.Request) -> httpx.Response:
        async with (
            self._transport(gateway) as transport,
            asyncio.timeout(self._timeout_s),
            aclosing(await transport.handle_async_request(request)) as response,
        ):
            await response.aread()
            return response

    @asynccontextmanager
    async def _transport(self, gateway: str) -> AsyncIterator[httpx.AsyncHTTPTransport]:
        """One that nobody else has meanwhile. Whoever fails on it leaves it to nobody."""
        idle = self._idle[gateway]
        transport = idle.pop() if idle else httpx.AsyncHTTPTransport(verify=NO_TLS, limits=ONE)
        try:
            yield transport
        except BaseException:
            await transport.aclose()
            raise
        idle.append(transport)
