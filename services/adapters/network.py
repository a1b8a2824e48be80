"""The network port over HTTP: one POST a message, on connections that stay open.

What an exception of the HTTP library says about the request's fate is decided here, once. Only a
connection that could not be made is definite. A connection that ended without an answer is not: a
link proxy accepts first and finds out later that nobody is behind it. Nor is an answer that cannot
be read.
"""

import asyncio
from collections.abc import Mapping

import httpx
import msgspec
from aiohttp import ClientConnectorError, ClientError, ClientSession, TCPConnector
from httpx_aiohttp import AiohttpTransport

from services.errors import KINDS, LabError
from services.messages import REQUESTS, Failed, Message, decode, encode, kind_of, result

CONNECTIONS_PER_LINK = 256
KEEP_ALIVE_S = 15  # shorter than the server's, so that no request meets a connection as it closes
IN_DOUBT = "it may or may not have happened"

_failure = msgspec.json.Decoder(Failed)


class HttpNetwork:
    """Calls other nodes over `links` (name of the peer -> base URL), with the run's token.

    Requests go to httpx's transport itself. A client around it would add cookies, redirects and
    authentication schemes, of which nodes need none, and would double the cost of a message.
    """

    def __init__(self, links: Mapping[str, str], token: str) -> None:
        self._urls = {
            (name, kind): httpx.URL(f"{url}/messages/{kind_of(kind)}")
            for name, url in links.items()
            for kind in REQUESTS
        }
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        # Links speak plain HTTP, so there is no reason to load the certificates of the whole world.
        self._transport = AiohttpTransport(client=_session, verify=False, trust_env=False)

    async def call(self, to: str, message: Message, timeout_s: float) -> Message:
        """Send `message` to the node `to` and return its reply; see `services.ports.Network`."""
        url = self._urls.get((to, type(message)))
        if url is None:
            known = ", ".join(sorted({name for name, _ in self._urls}))
            raise LabError("unreachable", f"there is no link to {to!r}; known: {known}")
        request = httpx.Request("POST", url, headers=self._headers, content=encode(message))
        try:
            async with asyncio.timeout(timeout_s):
                response = await self._transport.handle_async_request(request)
                body = await _whole(response)
        except TimeoutError as error:
            raise LabError("timed-out", f"{to} did not answer within {timeout_s:g} s; {IN_DOUBT}") from error
        except (httpx.HTTPError, ClientError) as error:
            # httpx's own classes do not tell a refused connection from a broken one here; the cause does.
            if isinstance(error.__cause__, ClientConnectorError):
                raise LabError("unreachable", f"{to} refused the connection") from error
            raise LabError("connection-lost", f"{to} closed without an answer; {IN_DOUBT}") from error
        return _reply(to, response.is_success, body)

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()


async def _whole(response: httpx.Response) -> bytes:
    """The body, from the stream itself: nodes send no compressed parts, for which httpx would look."""
    assert isinstance(response.stream, httpx.AsyncByteStream)
    return b"".join([part async for part in response.stream])


def _reply(to: str, success: bool, body: bytes) -> Message:
    try:
        reply = decode(body) if success else _failure.decode(body)
    except (LabError, ValueError, RecursionError) as error:
        raise LabError("connection-lost", f"{to} answered something unreadable: {error}") from error
    if isinstance(reply, Failed) and reply.error not in KINDS:
        raise LabError("connection-lost", f"{to} answered with an unknown error {reply.error!r}")
    return result(reply)


def _session() -> ClientSession:
    connector = TCPConnector(limit=0, limit_per_host=CONNECTIONS_PER_LINK, keepalive_timeout=KEEP_ALIVE_S)
    return ClientSession(connector=connector)
