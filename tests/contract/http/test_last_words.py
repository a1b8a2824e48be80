"""A refusal arrives, also at a client that goes on sending what nobody will read.

The node closed the connection with unread data in it, so the system reset it, and the reset could be faster
than the refusal.
"""

import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from services.adapters.guards import CLIENT_BODY_BYTES
from tests.contract.http.conftest import NODES, started
from tests.contract.http.nodes import Running, read_reply

TIMES = 100
MIB = b"x" * (1 << 20)
HOST = b"Host: localhost\r\n"


def is_closed(connection: socket.socket) -> bool:
    """In good order, and nothing more comes."""
    return connection.recv(1) == b""


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        pytest.param(b"GET / HTTP/1.1\r\n" + HOST + b"X: " + MIB, (413, "too-large"), id="headers"),
        pytest.param(b"GET /" + MIB + b" HTTP/1.1\r\n" + HOST, (413, "too-large"), id="address"),
        pytest.param(b"no HTTP at all\r\n" + MIB, (400, "bad-request"), id="something-else"),
        pytest.param(
            b"PUT /kv/x HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n" % (CLIENT_BODY_BYTES + 1)
            + HOST
            + b"\r\n"
            + MIB,
            (413, "too-large"),
            id="body",
        ),
        pytest.param(
            b"PUT /kv/x HTTP/1.0\r\nContent-Length: %d\r\n" % (2 * CLIENT_BODY_BYTES) + HOST + b"\r\n" + MIB,
            (413, "too-large"),
            id="body-of-an-old-client",
        ),
        pytest.param(
            b"PUT /kv/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + HOST + b"\r\nno number\r\n" + MIB,
            (400, "bad-request"),
            id="chunks",
        ),
    ],
)
def test_a_refusal_arrives_whole(gateway: Running, data: bytes, refusal: tuple[int, str]) -> None:
    for _ in range(TIMES):
        with gateway.connect() as connection:
            connection.sendall(data)
            reply = read_reply(connection)
            assert (reply.status, reply.error) == refusal
            assert is_closed(connection)


TOO_LARGE = b"PUT /kv/x HTTP/1.1\r\nContent-Length: %d\r\n" % (2 * CLIENT_BODY_BYTES) + HOST + b"\r\n"


def test_a_node_that_stops_waits_for_nobody_who_owes_the_rest(tmp_path: Path) -> None:
    """uvicorn would complain of whom it has waited for too long; `started` finds the complaint."""
    with ExitStack() as clients, started(tmp_path, NODES) as nodes:
        for owed in (
            TOO_LARGE,
            TOO_LARGE + MIB[:50_000],
            b"GET /health HTTP/1.1\r\n" + HOST + b"\r\nGET / HT",
        ):
            connection = clients.enter_context(nodes["g1"].connect())
            connection.sendall(owed)
            assert read_reply(connection).status in (200, 413)


def test_a_body_that_nobody_has_read_is_forgotten_with_its_connection(gateway: Running) -> None:
    unread, times = MIB[:100_000], 1_000
    before = gateway.resident_bytes()
    for _ in range(times):
        with gateway.connect() as connection:
            connection.sendall(TOO_LARGE + unread)
            assert read_reply(connection).status == 413
    assert gateway.resident_bytes() - before < times * len(unread) / 2
