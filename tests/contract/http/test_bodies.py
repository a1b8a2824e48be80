"""Bodies that are too large, too slow or no JSON: refused with 4xx, and the node's memory stays flat."""

import json
import socket

import pytest

from services.adapters.guards import CLIENT_BODY_BYTES, MESSAGE_BODY_BYTES
from services.adapters.protocol import HEADER_BYTES
from tests.contract.http.nodes import TOKEN, Reply, Running, read_reply

CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
FLAT_BYTES = 8 << 20
ENDLESS_BYTES = 64 << 20


def stream(node: Running, head: str, total_bytes: int) -> tuple[Reply, int]:
    """Send chunks until the node answers or all are sent; the answer, and how many bytes went out."""
    with node.connect() as connection:
        connection.sendall(f"{head} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n".encode())
        connection.sendall(f"Authorization: Bearer {TOKEN}\r\n\r\n".encode())
        sent = 0
        while sent < total_bytes and not is_readable(connection):
            connection.sendall(CHUNK)
            sent += 0x10000
        return read_reply(connection), sent


def is_readable(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(10)


def test_an_announced_body_is_refused_before_it_comes(node: Running) -> None:
    reply = node.request("PUT", "/kv/x", {"Content-Length": str(CLIENT_BODY_BYTES + 1)})
    assert (reply.status, reply.error) == (413, "too-large")
    reply = node.request("PUT", "/kv/x", {"Content-Length": "9" * 18})
    assert (reply.status, reply.error) == (413, "too-large")


@pytest.mark.parametrize(
    ("head", "limit"),
    [
        ("PUT /kv/x", CLIENT_BODY_BYTES),
        ("POST /sets/x", CLIENT_BODY_BYTES),
        ("POST /messages/write", MESSAGE_BODY_BYTES),
    ],
)
def test_chunks_without_end_are_refused_and_cost_nothing(gateway: Running, head: str, limit: int) -> None:
    before = gateway.resident_bytes()
    for _ in range(3):
        reply, sent = stream(gateway, head, ENDLESS_BYTES)
        assert (reply.status, reply.error) == (413, "too-large")
        assert sent < ENDLESS_BYTES
    assert gateway.resident_bytes() < before + limit + FLAT_BYTES


@pytest.mark.parametrize("head", ["POST /nowhere", "GET /health", "DELETE /health"])
def test_a_route_that_reads_no_body_keeps_none(gateway: Running, head: str) -> None:
    before = gateway.resident_bytes()
    stream(gateway, head, ENDLESS_BYTES)
    assert gateway.resident_bytes() < before + FLAT_BYTES


def test_headers_without_end_are_refused(gateway: Running) -> None:
    before = gateway.resident_bytes()
    filler = b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: " + b"x" * (4 * HEADER_BYTES)
    with gateway.connect() as connection:
        connection.sendall(filler)
        assert read_reply(connection).error == "too-large"
    assert gateway.resident_bytes() < before + FLAT_BYTES


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"HELLO\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_not_http_is_a_bad_request(node: Running, data: bytes) -> None:
    reply = node.send(data)
    assert (reply.status, reply.error) == (400, "bad-request")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"value":9223372036854775808}', 400, "bad-value"),
        (b'{"value":{"a":[-9223372036854775809]}}', 400, "bad-value"),
        (b'{"value":NaN}', 400, "bad-value"),
        (b'{"value":"\\ud800"}', 400, "bad-value"),
        (b'{"value":%s}' % (b"[" * 100_000), 400, "bad-value"),
        (b'{"value":1,"value":2}', 400, "bad-request"),
        (b'{"value":1,"extra":2}', 400, "bad-request"),
        (b"", 400, "bad-request"),
        (b"\xff", 400, "bad-request"),
        (b'{"value":"%s"}' % (b"x" * (256 << 10)), 413, "too-large"),
    ],
)
def test_bad_values(gateway: Running, body: bytes, status: int, code: str) -> None:
    reply = gateway.request("PUT", "/kv/x", body=body)
    assert (reply.status, reply.error) == (status, code)
    assert json.loads(reply.body)["definite"] is True


@pytest.mark.parametrize("key", ["", "%00", "%0A", "%0Aa", "a%0Ab", "a%C2%85", "%FF", "k" * 513])
@pytest.mark.parametrize("route", ["GET /kv/", "PUT /kv/", "DELETE /kv/", "GET /sets/", "POST /sets/"])
def test_bad_keys(gateway: Running, route: str, key: str) -> None:
    method, prefix = route.split()
    field = "value" if prefix == "/kv/" else "element"
    reply = gateway.request(method, prefix + key, body=f'{{"{field}":1}}'.encode())
    assert (reply.status, reply.error) == (400, "bad-key")


@pytest.mark.parametrize("value", [2**63 - 1, -(2**63), 1e308, "\0 ä 😀", None, [], {"a": {"b": [1, None]}}])
@pytest.mark.parametrize("key", ["x", "a%2Fb", "a/b//c", "%C3%A4", "%25", "k" * 512])
def test_good_keys_and_values_come_back(gateway: Running, key: str, value: object) -> None:
    body = json.dumps({"value": value}).encode()
    written = gateway.request("PUT", f"/kv/{key}", body=body)
    assert written.status == 200
    read = json.loads(gateway.request("GET", f"/kv/{key}").body)
    assert read == {**json.loads(written.body), "value": value}


def test_a_value_of_the_largest_size(gateway: Running) -> None:
    body = b'{"value":"%s"}' % (b"x" * ((256 << 10) - 2))
    assert gateway.request("PUT", "/kv/large", body=body).status == 200
    assert len(gateway.request("GET", "/kv/large").body) > 256 << 10
