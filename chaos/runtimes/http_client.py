"""The workloads' client over HTTP, which says of every failure whether it is definite.

Every request is sent at most once. That is why this is httpx on its own transport: one on aiohttp
would silently send PUT, GET and DELETE again when a connection ends under it, and a write that
happened twice would look as if it had happened once.
"""

import asyncio
from collections.abc import Mapping
from urllib.parse import quote

import httpx
import msgspec

from chaos.runtimes.asking import AskingClient
from chaos.runtimes.rest import reply_to, request_of
from chaos.workloads.client import ClientError
from services.messages import Message

CONNECTIONS = 512  # more than any workload has clients, so that none waits here for another
KEEP_ALIVE_S = 15  # shorter than the server's, so that no request meets a connection as it closes
JSON = {"content-type": "application/json"}


class HttpClient(AskingClient):
    """See `chaos.workloads.client.Client`; `doors` are base URLs by name.

    They are looked up anew for each request: who starts again may be found elsewhere. With `replica`, each
    request names that one as the only one that may answer it.
    """

    def __init__(self, doors: Mapping[str, str], timeout_s: float, replica: str | None = None) -> None:
        super().__init__(OverHttp(doors, timeout_s, f"?from={quote(replica, safe='')}" if replica else ""))


class OverHttp:
    """See `chaos.runtimes.asking.Way`."""

    def __init__(self, doors: Mapping[str, str], timeout_s: float, wish: str = "") -> None:
        self._doors, self._wish = doors, wish
        self._timeout_s = timeout_s
        limits = httpx.Limits(
            max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=KEEP_ALIVE_S
        )
        self._http = httpx.AsyncClient(limits=limits, timeout=timeout_s, trust_env=False)

    async def ask(self, gateway: str, message: Message) -> Message:
        """See `Way`."""
        method, path, body, headers = request_of(message)
        content = None if body is None else msgspec.json.encode(body)
        url = f"{self._doors[gateway]}{path}{self._wish}"
        headers = headers if content is None else {**JSON, **headers}
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._http.request(method, url, content=content, headers=headers)
        except TimeoutError as error:
            raise ClientError(False, f"timed-out: no answer within {self._timeout_s:g} s") from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ClientError(True, f"unreachable: no connection to {gateway}") from error
        except httpx.HTTPError as error:
            raise ClientError(False, f"connection-lost: {error!r}") from error
        return reply_to(message, response.status_code, response.headers, response.content)

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()
