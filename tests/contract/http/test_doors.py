"""Who may come in: hosts, origins and tokens, on every route and method of every node."""

import pytest

from services.messages import REQUESTS, SERVED, kind_of
from tests.contract.http.conftest import COMPANIONS, NODES
from tests.contract.http.nodes import AUTHORIZED, Running

METHODS = ("GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE")
PATHS = ("/", "/health", "/status", "/kv/x", "/sets/x", "/messages/write", "/openapi.json", "/nowhere", "//")


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("Host", "evil.example", "forbidden-host"), ("Origin", "https://evil.example", "forbidden-origin")],
)
def test_foreigners_get_nowhere(node: Running, name: str, value: str, code: str) -> None:
    for method in METHODS:
        for path in PATHS:
            reply = node.request(method, path, {name: value, **AUTHORIZED})
            assert reply.status == 403, (method, path)
            assert method == "HEAD" or reply.error == code
            assert not any(field.startswith("access-control") for field in reply.headers)


def test_own_names_and_own_pages_come_in(gateway: Running) -> None:
    for host in (f"localhost:{gateway.port}", "127.0.0.1:8080", "[::1]", "g1:7000", "toxiproxy:21003"):
        assert gateway.request("GET", "/health", {"Host": host}).status == 200
    host = f"localhost:{gateway.port}"
    assert gateway.request("GET", "/health", {"Host": host, "Origin": f"http://{host}"}).status == 200


def test_a_request_without_a_host_is_refused(gateway: Running) -> None:
    assert gateway.send(b"GET /health HTTP/1.1\r\n\r\n").error == "forbidden-host"
    assert gateway.send(b"GET /health HTTP/1.0\r\n\r\n").error == "forbidden-host"


@pytest.mark.parametrize("credentials", [None, "Bearer wrong", "Bearer ", "Basic eDp5"])
def test_no_message_without_the_token(node: Running, credentials: str | None) -> None:
    headers = {"Authorization": credentials} if credentials is not None else {}
    for kind in map(kind_of, REQUESTS):
        reply = node.request("POST", f"/messages/{kind}", headers, f'{{"kind":"{kind}"}}'.encode())
        assert (reply.status, reply.error) == (401, "unauthorized"), kind


def test_the_token_opens(node: Running) -> None:
    assert b'"kind":"status"' in node.message("ask-status").body


def test_health_needs_no_token(node: Running) -> None:
    assert node.request("GET", "/health").status == 200


@pytest.mark.parametrize(
    "path", ["/nowhere", "/health/", "/docs", "/redoc", "/messages/", "/messages/x", "//"]
)
def test_unknown_paths(node: Running, path: str) -> None:
    reply = node.request("GET", path, AUTHORIZED)
    assert (reply.status, reply.error) == (404, "no-such-route")


@pytest.mark.parametrize(
    ("method", "path", "allowed"), [("POST", "/health", "GET"), ("GET", "/messages/ask-status", "POST")]
)
def test_unknown_methods(node: Running, method: str, path: str, allowed: str) -> None:
    reply = node.request(method, path, AUTHORIZED)
    assert (reply.status, reply.error, reply.headers["allow"]) == (405, "wrong-method", allowed)


def test_a_message_on_the_wrong_route(replica: Running) -> None:
    reply = replica.request("POST", "/messages/write", AUTHORIZED, b'{"kind":"ask-status"}')
    assert (reply.status, reply.error) == (400, "bad-request")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"kind":"probe"}', b'{"kind":"probe","to":1}', b"\xff"])
def test_a_malformed_message(node: Running, body: bytes) -> None:
    reply = node.request("POST", "/messages/probe", AUTHORIZED, body)
    assert (reply.status, reply.error) == (400, "bad-request")


@pytest.mark.parametrize("name", [*NODES, *COMPANIONS])
def test_text_that_is_not_utf8_is_a_bad_request_in_every_message(
    everybody: dict[str, Running], name: str
) -> None:
    for message in SERVED[{**NODES, **COMPANIONS}[name]]:
        kind = kind_of(message)
        for field in (*message.__struct_fields__, "kind"):
            body = f'{{"{field}":"\xff","kind":"{kind}"}}'.encode("latin-1")
            reply = everybody[name].request("POST", f"/messages/{kind}", AUTHORIZED, body)
            assert (reply.status, reply.error) == (400, "bad-request"), (kind, field)
