"""Requests in a row on one connection: each gets the answer to itself, whatever comes behind it."""

import json
import socket

import pytest

from services.adapters.patience import REQUEST_DEADLINE_S
from services.adapters.protocol import HEADER_BYTES
from tests.contract.http.nodes import Running

LONG_HEADER = b"GET /kv/x HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * (2 * HEADER_BYTES)
HALF_A_BODY = b"PUT /kv/y HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
BAD_CHUNK = b"PUT /kv/y HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"


def put(value: object) -> bytes:
    body = json.dumps({"value": value}).encode()
    return b"PUT /kv/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def get() -> bytes:
    return b"GET /kv/x HTTP/1.1\r\nHost: localhost\r\n\r\n"


def answers(connection: socket.socket) -> list[tuple[int, dict[str, object]]]:
    """Status and body of every answer until the node closes the connection."""
    connection.settimeout(2 * REQUEST_DEADLINE_S + 5)
    data = b""
    while part := connection.recv(1 << 16):
        data += part
    found = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        (length,) = (
            int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line
        )
        found.append((int(head.split()[1]), json.loads(rest[:length])))
        data = rest[length:]
    return found


@pytest.mark.parametrize(
    ("behind", "status"), [(LONG_HEADER, 413), (b"\x00 is no HTTP\r\n\r\n", 400), (BAD_CHUNK, 400)]
)
def test_a_refusal_is_not_taken_for_the_answer_to_the_request_before(
    gateway: Running, behind: bytes, status: int
) -> None:
    with gateway.connect() as connection:
        connection.sendall(put(behind[:3].hex()) + behind)
        (first, written), (second, refusal) = answers(connection)
    assert first == 200 and "position" in written
    assert (second, refusal["definite"]) == (status, True)


def test_a_long_body_is_not_taken_for_the_headers_of_the_next_request(gateway: Running) -> None:
    head, rest = get()[:20], get()[20:]
    with gateway.connect() as connection:
        connection.sendall(put("x" * 3 * HEADER_BYTES) + head)
        connection.sendall(rest + get())
        connection.shutdown(socket.SHUT_WR)
        found = answers(connection)
    assert [status for status, _ in found] == [200, 200, 200]


def test_who_sends_no_more_gets_its_answers(gateway: Running) -> None:
    with gateway.connect() as connection:
        connection.sendall(put("half-closed") + get())
        connection.shutdown(socket.SHUT_WR)
        (_, _), (status, read) = answers(connection)
    assert (status, read["value"]) == (200, "half-closed")


@pytest.mark.parametrize("half", [HALF_A_BODY, HALF_A_BODY[:30]])
def test_who_ends_in_the_middle_is_told_so_after_all_other_answers(gateway: Running, half: bytes) -> None:
    with gateway.connect() as connection:
        connection.sendall(put("before") + half)
        connection.shutdown(socket.SHUT_WR)
        (first, _), (second, refusal) = answers(connection)
    assert (first, second, refusal["error"]) == (200, 400, "bad-request")
    with gateway.connect() as connection:
        connection.sendall(half)
        connection.shutdown(socket.SHUT_WR)
        ((status, _),) = answers(connection)
    assert status == 400


def test_whose_rest_does_not_come_has_the_answers_to_what_was_whole(gateway: Running) -> None:
    with gateway.connect() as connection:
        connection.sendall(put("whole") + HALF_A_BODY)
        ((status, _),) = answers(connection)
    assert status == 200
