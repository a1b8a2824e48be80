"""Clients that never finish: they do not stop service, and they go away by themselves."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from services.adapters.patience import REQUEST_DEADLINE_S
from tests.contract.http.nodes import Running, read_reply, until

HALVES = (
    b"",
    b"PUT /kv/x HTTP/1.1\r\nHost: local",
    b"PUT /kv/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{",
    b"PUT /kv/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
)
WHOLE = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
MANY = 200
PROMPT_S = 2.0
STALLS = 2  # so often the machine may stand still meanwhile
AFTERWARDS_S = 20.0  # what still hangs then hangs for ever


@contextmanager
def half_open(node: Running, count: int) -> Iterator[list[socket.socket]]:
    """Connections that have sent nothing, half a header, or half a body."""
    with ExitStack() as stack:
        connections = [stack.enter_context(node.connect()) for _ in range(count)]
        for number, connection in enumerate(connections):
            connection.sendall(HALVES[number % len(HALVES)])
        yield connections


def test_half_open_connections_do_not_stop_service_and_end(gateway: Running) -> None:
    with half_open(gateway, MANY) as connections, gateway.connect() as idle:
        idle.sendall(WHOLE)
        assert read_reply(idle).status == 200
        taken_s = []
        for number in range(20):
            began = time.monotonic()
            assert gateway.request("PUT", "/kv/busy", body=b'{"value":%d}' % number).status == 200
            taken_s.append(time.monotonic() - began)
        assert sorted(taken_s)[-1 - STALLS] < PROMPT_S
        deadline = time.monotonic() + REQUEST_DEADLINE_S + AFTERWARDS_S
        for connection in connections:
            connection.settimeout(max(0.01, deadline - time.monotonic()))
            assert connection.recv(1) == b""
        idle.sendall(WHOLE)  # between two requests patience lasts longer
        assert read_reply(idle).status == 200


def test_a_byte_now_and_then_does_not_help(gateway: Running) -> None:
    with gateway.connect() as connection:
        began = time.monotonic()
        connection.sendall(HALVES[2])

        def has_ended() -> bool:
            time.sleep(0.2)
            try:
                connection.sendall(b" ")
            except OSError:
                return True
            return False

        until(has_ended, REQUEST_DEADLINE_S + AFTERWARDS_S)
        assert time.monotonic() - began > REQUEST_DEADLINE_S / 2


def test_requests_in_a_row_on_one_connection_are_answered_in_order(gateway: Running) -> None:
    request = b"GET /kv/%d HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with gateway.connect() as connection:
        connection.sendall(b"".join(request % number for number in range(5)))
        data = b""
        while data.count(b"no-such-key") < 5:
            data += connection.recv(65536)
    assert [data.index(b"'%d'" % number) for number in range(5)] == sorted(
        data.index(b"'%d'" % number) for number in range(5)
    )
