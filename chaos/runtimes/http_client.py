"""The workloads' client over HTTP, which says of every failure whether it is definite.

Every request is sent at most once. That is why this is httpx on its own transport: one on aiohttp
would silently send PUT, GET and DELETE again when a connection ends under it, and a write that
happened twice would look as if it had happened once.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
from msgspec.structs import replace

from chaos.workloads.client import ANYBODY, Answer, Caller, ClientError
from chaos.workloads.sql import ReadPolicy, Statement
from chaos.workloads.steps import Step

CONTEXT = "x-lab-context"
TOKEN = "x-lab-token"  # noqa: S105 - a place in the log, no secret
CONNECTIONS = 512  # more than any workload has clients, so that none waits here for another
KEEP_ALIVE_S = 15  # shorter than the server's, so that no request meets a connection as it closes


class _Body(msgspec.Struct):
    """A gateway's answer to any request that succeeded, or to a read of an absent register."""

    node: str
    epoch: int = 0
    position: Any = None
    value: Any = None
    elements: list[Any] = []
    results: list[Any] = []
    partition: int | None = None
    siblings: tuple[Any, ...] | None = None
    by: str | None = None
    behind_ms: float | None = None


class _Failure(msgspec.Struct):
    """A gateway's refusal or failure. One that does not say it is definite is not."""

    error: str
    message: str = ""
    definite: bool = False


class HttpClient:
    """See `chaos.workloads.client.Client`; `doors` are base URLs by name.

    They are looked up anew for each request: who starts again may be found elsewhere.
    """

    def __init__(self, doors: Mapping[str, str], timeout_s: float) -> None:
        self._doors = doors
        self._timeout_s = timeout_s
        limits = httpx.Limits(
            max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS, keepalive_expiry=KEEP_ALIVE_S
        )
        self._http = httpx.AsyncClient(limits=limits, timeout=timeout_s, trust_env=False)

    async def put(self, gateway: str, key: str, value: Any, caller: Caller = ANYBODY) -> Answer:
        """Write register `key`."""
        return _answer(await self._send(gateway, "PUT", f"/kv/{_path(key)}", {"value": value}, caller))

    async def get(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        """Read register `key`; the value of an absent one is None."""
        response = await self._send(gateway, "GET", f"/kv/{_path(key)}", None, caller)
        return _answer(response, absent_is_null=True)

    async def delete(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        """Remove register `key`."""
        return _answer(await self._send(gateway, "DELETE", f"/kv/{_path(key)}", None, caller))

    async def add(self, gateway: str, key: str, element: Any, caller: Caller = ANYBODY) -> Answer:
        """Add `element` to the set `key`."""
        return _answer(await self._send(gateway, "POST", f"/sets/{_path(key)}", {"element": element}, caller))

    async def members(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        """Read the set `key` as a list; that of an absent one is empty."""
        response = await self._send(gateway, "GET", f"/sets/{_path(key)}", None, caller)
        answer = _answer(response)
        return replace(answer, value=_parse(response).elements)

    async def sql(
        self, gateway: str, statements: Sequence[Statement], policy: ReadPolicy | None = None
    ) -> Answer:
        """See `chaos.workloads.sql.SpeaksSql`."""
        body = {"statements": [{"sql": sql, "parameters": given} for sql, given in statements]}
        path = f"/sql?policy={policy}" if policy else "/sql"
        answer = _parse(await self._send(gateway, "POST", path, body))
        return Answer(answer.node, answer.epoch, answer.position, answer.results)

    async def transact(self, gateway: str, steps: Sequence[Step]) -> Answer:
        """See `chaos.workloads.steps.TakesSteps`."""
        answer = _parse(await self._send(gateway, "POST", "/txn", {"steps": steps}))
        return Answer(answer.node, answer.epoch, answer.position, answer.results)

    async def recall(self, gateway: str, key: str) -> Answer:
        """See `chaos.workloads.users.UsesCache`."""
        return _answer(await self._send(gateway, "GET", f"/cache/{_path(key)}", None))

    async def remember(self, gateway: str, key: str, value: Any) -> Answer:
        """See `chaos.workloads.users.UsesCache`."""
        return _answer(await self._send(gateway, "PUT", f"/cache/{_path(key)}", {"value": value}))

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    async def _send(
        self, gateway: str, method: str, path: str, body: object, caller: Caller = ANYBODY
    ) -> httpx.Response:
        url = f"{self._doors[gateway]}{path}"
        headers = {"content-type": "application/json"} if body is not None else {}
        if caller.session is not None:
            headers["x-lab-session"] = caller.session
        if caller.token is not None:
            headers[TOKEN] = caller.token
        if caller.context:
            headers[CONTEXT] = caller.context
        content = None if body is None else msgspec.json.encode(body)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._http.request(method, url, content=content, headers=headers)
        except TimeoutError as error:
            raise ClientError(False, f"timed-out: no answer within {self._timeout_s:g} s") from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ClientError(True, f"unreachable: no connection to {gateway}") from error
        except httpx.HTTPError as error:
            raise ClientError(False, f"connection-lost: {error!r}") from error


def _path(key: str) -> str:
    return quote(key, safe="")


def _answer(response: httpx.Response, absent_is_null: bool = False) -> Answer:
    body, headers = _parse(response, absent_is_null), response.headers
    return Answer(
        *(body.node, body.epoch, body.position, body.value, headers.get(TOKEN), body.partition),
        *(body.siblings, headers.get(CONTEXT), body.by, body.behind_ms),
    )


def _parse(response: httpx.Response, absent_is_null: bool = False) -> _Body:
    """The body of a success; raises `ClientError` for anything else, in doubt an indefinite one."""
    try:
        if not response.is_success:
            failure = msgspec.json.decode(response.content, type=_Failure)
            if not (absent_is_null and failure.error == "no-such-key"):
                raise ClientError(failure.definite, f"{failure.error}: {failure.message}")
        return msgspec.json.decode(response.content, type=_Body)
    except msgspec.DecodeError as error:
        raise ClientError(False, f"status {response.status_code} without a usable body: {error}") from error
