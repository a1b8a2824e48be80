"""What the HTTP client makes of every way a request can end, on real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from chaos.runtimes.http_client import HttpClient
from chaos.workloads.client import Answer, Caller, ClientError, Request, perform
from tests.ports import free_port

TIMEOUT_S = 0.3
WRITTEN = '{"node":"n1","epoch":2,"position":7,"key":"x"}'


class Server:
    """Answers every request with `status` and `body`; what it was sent is in `requests`.

    Without a status it closes the connection instead, after `patience` requests on it.
    """

    def __init__(self, status: int | None, body: str = "", patience: int = 0) -> None:
        self.status = status
        self.body = body
        self.patience = patience
        self.requests: list[str] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._answer(reader, writer):
                pass
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            (int(line.split(":")[1]) for line in head.lower().splitlines() if "content-length" in line), 0
        )
        self.requests.append(head + (await reader.readexactly(length)).decode())
        if self.status is None and len(self.requests) > self.patience:
            return False
        if self.status == 0:
            await asyncio.sleep(60)
        status, body = self.status or 200, self.body.encode()
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)
        return True


@asynccontextmanager
async def talking_to(server: Server) -> AsyncIterator[HttpClient]:
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    client = HttpClient({"g1": f"http://127.0.0.1:{port}"}, TIMEOUT_S)
    try:
        yield client
    finally:
        await client.close()
        listener.close()


async def ask(server: Server, request: Request) -> Answer:
    async with talking_to(server) as client:
        return await perform(client, "g1", request)


PUT, GET, DELETE = Request("put", "x", 1), Request("get", "x"), Request("delete", "x")
ADD, MEMBERS = Request("add", "s", 1), Request("members", "s")
WRITE_ANSWER = Answer("n1", 2, 7)
ABSENT = '{"error":"no-such-key","message":"x","definite":true,"node":"n2","epoch":1,"position":3}'


@pytest.mark.parametrize(
    ("request_", "status", "body", "answer"),
    [
        *((change, 200, WRITTEN, WRITE_ANSWER) for change in (PUT, DELETE, ADD)),
        (GET, 200, '{"key":"x","value":[1],"node":"n2","epoch":1,"position":3}', Answer("n2", 1, 3, [1])),
        (GET, 404, ABSENT, Answer("n2", 1, 3, None)),
        (MEMBERS, 200, '{"elements":[1,2],"node":"n2","epoch":1,"position":3}', Answer("n2", 1, 3, [1, 2])),
    ],
)
async def test_answers(request_: Request, status: int, body: str, answer: Answer) -> None:
    assert await ask(Server(status, body), request_) == answer


@pytest.mark.parametrize(
    ("request_", "status", "body", "definite"),
    [
        (PUT, 503, '{"error":"no-leader","message":"none","definite":true}', True),
        (PUT, 504, '{"error":"timed-out","message":"n1","definite":false}', False),
        (PUT, 500, '{"error":"internal","message":"a bug"}', False),
        (DELETE, 404, ABSENT, True),
        (PUT, 502, "<html>", False),
        (PUT, 200, "<html>", False),
        (PUT, 200, '{"key":"x"}', False),
        (PUT, None, "", False),  # the connection ends without an answer
        (PUT, 0, "", False),  # no answer in time
    ],
)
async def test_failures(request_: Request, status: int | None, body: str, definite: bool) -> None:
    server = Server(status, body)
    with pytest.raises(ClientError) as error:
        await ask(server, request_)
    assert error.value.definite is definite
    assert len(server.requests) == 1


async def test_a_connection_that_could_not_be_made_is_definite() -> None:
    client = HttpClient({"g1": f"http://127.0.0.1:{free_port()}"}, TIMEOUT_S)
    with pytest.raises(ClientError, match="unreachable") as error:
        await client.put("g1", "x", 1)
    assert error.value.definite
    await client.close()


@pytest.mark.parametrize("request_", [PUT, GET, DELETE, ADD, MEMBERS], ids=lambda request: request.call)
async def test_nothing_is_sent_twice_when_an_idle_connection_ends(request_: Request) -> None:
    server = Server(None, WRITTEN, patience=1)
    async with talking_to(server) as client:
        await perform(client, "g1", PUT)
        with pytest.raises(ClientError) as error:
            await perform(client, "g1", request_)
    assert not error.value.definite
    assert len(server.requests) == 2


async def test_a_connection_is_left_to_the_next_request() -> None:
    server = Server(200, WRITTEN)
    async with talking_to(server) as client:
        for _ in range(3):
            await perform(client, "g1", PUT)
        assert server.connections == 1
        await asyncio.gather(*(perform(client, "g1", PUT) for _ in range(5)))
        assert server.connections == 5
        await asyncio.gather(*(perform(client, "g1", PUT) for _ in range(5)))
        assert server.connections == 5


async def test_a_request_that_failed_leaves_its_connection_to_nobody() -> None:
    server = Server(0)
    async with talking_to(server) as client:
        with pytest.raises(ClientError):
            await perform(client, "g1", PUT)
        server.status, server.body = 200, WRITTEN
        assert await perform(client, "g1", PUT) == WRITE_ANSWER
        assert server.connections == 2


async def test_what_goes_over_the_wire() -> None:
    server = Server(200, WRITTEN)
    calls: list[Callable[[HttpClient], Awaitable[Answer]]] = [
        lambda client: client.put("g1", "a/ü b", {"deep": [1]}, Caller("u7", "2.118")),
        lambda client: client.add("g1", "s", 3),
    ]
    async with talking_to(server) as client:
        for call in calls:
            await call(client)
    put, add = server.requests
    assert put.startswith("PUT /kv/a%2F%C3%BC%20b HTTP/1.1")
    assert "x-lab-session: u7" in put.lower()
    assert "x-lab-token: 2.118" in put.lower()
    assert put.endswith('{"value":{"deep":[1]}}')
    assert add.startswith("POST /sets/s HTTP/1.1")
    assert add.endswith('{"element":3}')
