"""The HTTP side: methods, paths, errors and who is let in, to the byte where clients may rely on it."""

import pytest

from tests.contract.proxy.harness import Link, Server

PLAIN = "text/plain; charset=utf-8"
LATENCY = {"type": "latency", "name": "slow"}


def error(message: str, status: int) -> bytes:
    return b'{"error":"%s","status":%d}\n' % (message.encode(), status)


NOT_FOUND = b"404 page not found\n"

ERRORS = [
    ("GET", "/nowhere", None, 404, NOT_FOUND),
    ("GET", "/", None, 404, NOT_FOUND),
    ("GET", "/proxies/", None, 404, NOT_FOUND),
    ("GET", "/proxies/link/", None, 404, NOT_FOUND),
    ("GET", "/proxies/link/toxics/", None, 404, NOT_FOUND),
    ("GET", "/proxies/link/toxics/a/b", None, 404, NOT_FOUND),
    ("GET", "/proxies/none", None, 404, error("proxy not found", 404)),
    ("POST", "/proxies/none", b"no json", 404, error("proxy not found", 404)),
    ("DELETE", "/proxies/none", None, 404, error("proxy not found", 404)),
    ("GET", "/proxies/none/toxics", None, 404, error("proxy not found", 404)),
    ("POST", "/proxies/none/toxics", LATENCY, 404, error("proxy not found", 404)),
    ("GET", "/proxies/link/toxics/none", None, 404, error("toxic not found", 404)),
    ("PATCH", "/proxies/link/toxics/none", b"no json", 404, error("toxic not found", 404)),
    ("DELETE", "/proxies/link/toxics/none", None, 404, error("toxic not found", 404)),
    ("POST", "/proxies", {"upstream": "a:1"}, 400, error("missing required field: name", 400)),
    ("POST", "/proxies", {"name": "a"}, 400, error("missing required field: upstream", 400)),
    ("POST", "/proxies", None, 400, error("bad request body: EOF", 400)),
    ("POST", "/proxies", b"null", 400, error("missing required field: name", 400)),
    ("POST", "/proxies", {"name": "link", "upstream": "a:1"}, 409, error("proxy already exists", 409)),
    ("POST", "/proxies/link", {"listen": "x"}, 500, error("address x: missing port in address", 500)),
    (
        "POST",
        "/proxies",
        {"name": "a", "upstream": "a:1", "listen": "x"},
        500,
        error("listen tcp: address x: missing port in address", 500),
    ),
    (
        "POST",
        "/proxies",
        {"name": "a", "upstream": "a:1", "listen": "127.0.0.1:99999"},
        500,
        error("listen tcp: address 99999: invalid port", 500),
    ),
    ("POST", "/proxies/link/toxics", {"type": "none"}, 400, error("invalid toxic type", 400)),
    ("POST", "/proxies/link/toxics", {}, 400, error("invalid toxic type", 400)),
    (
        "POST",
        "/proxies/link/toxics",
        {"type": "none", "stream": "sideways"},
        400,
        error("stream was invalid, can be either upstream or downstream", 400),
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "answer"), ERRORS)
def test_errors(
    server: Server, link: Link, method: str, path: str, body: object, status: int, answer: bytes
) -> None:
    found = server.call(method, path, body)
    assert (found.status, found.body) == (status, answer)
    assert found.headers["content-type"] == PLAIN
    assert found.headers["x-content-type-options"] == "nosniff"


BAD_BODIES = [
    ("/proxies", b"{"),
    ("/proxies", b"no json"),
    ("/proxies", b"[]"),
    ("/proxies", {"name": 5, "upstream": "a:1"}),
    ("/proxies", {"name": "a", "upstream": "a:1", "enabled": "yes"}),
    ("/proxies/link", b""),
    ("/proxies/link", {"upstream": 5}),
    ("/proxies/link/toxics", {"type": "latency", "stream": 5}),
    ("/proxies/link/toxics", {"type": "latency", "toxicity": "1"}),
    ("/proxies/link/toxics", {"type": "latency", "toxicity": 1e50}),
    ("/proxies/link/toxics", {"type": "latency", "attributes": []}),
    ("/proxies/link/toxics", {"type": "latency", "attributes": {"latency": 1.5}}),
    ("/proxies/link/toxics", {"type": "latency", "attributes": {"latency": "1"}}),
    ("/proxies/link/toxics", {"type": "latency", "attributes": {"latency": True}}),
    ("/proxies/link/toxics", {"type": "latency", "attributes": {"latency": 2**63}}),
    ("/proxies/link/toxics/slow", {"attributes": {"jitter": 1.0}}),
    ("/proxies/link/toxics/slow", {"toxicity": "1"}),
    ("/proxies/link/toxics/slow", b"\xff\xfe"),
]


@pytest.mark.parametrize(("path", "body"), BAD_BODIES)
def test_bad_bodies(server: Server, link: Link, path: str, body: object) -> None:
    link.add("latency", name="slow")
    before = server.call("GET", link.path).json
    answer = server.call("POST", path, body)
    assert answer.status == 400
    assert answer.json["status"] == 400
    assert answer.json["error"].startswith("bad request body: ")
    assert answer.headers["content-type"] == PLAIN
    assert server.call("GET", link.path).json == before


WRONG_METHODS = [
    ("POST", "/version"),
    ("GET", "/reset"),
    ("GET", "/populate"),
    ("PUT", "/proxies"),
    ("HEAD", "/proxies"),
    ("OPTIONS", "/proxies"),
    ("PUT", "/proxies/link"),
    ("DELETE", "/proxies/link/toxics"),
    ("PUT", "/proxies/link/toxics/slow"),
]


@pytest.mark.parametrize(("method", "path"), WRONG_METHODS)
def test_wrong_methods_get_an_empty_answer(server: Server, method: str, path: str) -> None:
    answer = server.call(method, path)
    assert (answer.status, answer.body) == (405, b"")


def test_browsers_are_kept_out(server: Server) -> None:
    answer = server.call("GET", "/version", headers={"User-Agent": "Mozilla/5.0 (X11)"})
    assert (answer.status, answer.body) == (403, b"User agent not allowed\n")
    assert answer.headers["content-type"] == PLAIN
    assert server.call("GET", "/version", headers={"User-Agent": "mozilla/5.0"}).status == 200


def test_version(server: Server) -> None:
    answer = server.call("GET", "/version")
    assert answer.status == 200
    assert answer.body.startswith(b'{"version": "')
    assert answer.body.endswith(b'"}\n')
    assert answer.headers["content-type"] == "application/json;charset=utf-8"


def test_names_may_hold_anything_but_a_slash(server: Server) -> None:
    name = "ä b?<&>%"
    made = server.call("POST", "/proxies", {"name": name, "upstream": "a:1", "listen": "127.0.0.1:0"})
    assert made.json["name"] == name
    assert server.call("GET", "/proxies/%C3%A4%20b%3F%3C%26%3E%25").json["name"] == name
    assert server.call("DELETE", "/proxies/%C3%A4%20b%3F%3C%26%3E%25").status == 204


def test_bodies_are_read_as_go_reads_them(server: Server) -> None:
    body = b' {"NAME":"a","Upstream":"a:1","listen":"127.0.0.1:0","enabled":null,"unknown":[1]} trailing'
    made = server.call("POST", "/proxies", body)
    assert made.status == 201
    assert made.json["enabled"] is True
    assert server.call("POST", "/proxies/a", b"null").status == 200


def test_every_answer_has_a_name_of_its_own(server: Server) -> None:
    names = {server.call("GET", "/version").headers["x-toxiproxy-request-id"] for _ in range(3)}
    assert len(names) == 3
