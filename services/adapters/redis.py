"""The cache on a Redis or Valkey server: a separate one, or a child process of the cache.

In containers it is separate (`LAB_CACHE_SERVER`): the official image, in a network that it shares only with
the cache. Everywhere else see `services.adapters.redis_server`.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any

from redis.asyncio import Redis as Client
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as NoAnswer

from services.adapters.redis_server import Server, server_program
from services.companions.cache import Cache, Memory
from services.errors import LabError

START_S, ANSWER_S, RETRY_S = 15.0, 1.0, 0.02


class RedisCache(Cache):
    """The node of the role `cache` on a real machine."""

    async def open_memory(self) -> Memory:
        """The server that the environment names, or else a new one; empty in either case."""
        if self.node.cache_server:
            return await Redis.at(self.node.cache_server)
        return await Redis.start(server_program())


class Redis:
    """See `services.companions.cache.Memory`."""

    def __init__(self, client: Client, server: Server | None = None) -> None:
        self.name = "not known yet"
        self._client = client
        self._server = server

    @classmethod
    async def start(cls, program: str) -> "Redis":
        """A new server. Raises `LabError` if it does not answer."""
        server = await Server.start(program)
        return await cls(Client(unix_socket_path=str(server.socket), **_OPTIONS), server)._opened(program)

    @classmethod
    async def at(cls, url: str) -> "Redis":
        """The server at `url`, emptied. Raises `LabError` if it does not answer."""
        return await cls(Client.from_url(url, **_OPTIONS))._opened(url)

    async def get(self, key: str) -> bytes | None:
        """See `Memory`."""
        found: bytes | None = await _answer(self._client.get(key))
        return found

    async def put(self, key: str, value: bytes) -> None:
        """See `Memory`."""
        await _answer(self._client.set(key, value))

    async def close(self) -> None:
        """End the connections, and the server if it is the cache's own."""
        await self._client.aclose()
        if self._server:
            await self._server.close()

    async def _opened(self, what: str) -> "Redis":
        try:
            async with asyncio.timeout(START_S):
                self.name = await self._until_it_answers()
            await _answer(self._client.flushall())
        except TimeoutError as error:
            await self.close()
            raise LabError("internal", f"{what} did not answer within {START_S:g} s") from error
        return self

    async def _until_it_answers(self) -> str:
        """Which server it is, in its own words: `valkey 9.1.2`, `redis 7.0.15`."""
        while True:
            try:
                said = await self._client.info("server")
            except (NotConnected, NoAnswer):
                await asyncio.sleep(RETRY_S)
            else:
                kind = said.get("server_name", "redis")
                return f"{kind} {said[f'{kind}_version']}"


# A connection that died while idle is made anew once; a request that timed out is not sent twice.
_OPTIONS: dict[str, Any] = {
    "socket_timeout": ANSWER_S,
    "socket_connect_timeout": ANSWER_S,
    "retry": Retry(NoBackoff(), 1, supported_errors=(NotConnected,)),
}


async def _answer(command: Awaitable[Any]) -> Any:
    try:
        return await command
    except NoAnswer as error:
        raise LabError("timed-out", f"the cache's server did not answer within {ANSWER_S:g} s") from error
    except NotConnected as error:
        raise LabError("connection-lost", f"the cache's server is gone: {error}") from error
    except RedisError as error:
        raise LabError("internal", f"the cache's server says {error}") from error
