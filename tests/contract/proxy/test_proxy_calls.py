"""What each call does to proxies and toxics, as far as the API itself shows it."""

from contextlib import ExitStack
from typing import Any

import pytest

from tests.contract.proxy.harness import (
    Link,
    Server,
    connect,
    ending,
    free_address,
    listening,
    refused,
    written,
)

ATTRIBUTES = {
    "latency": {"latency": 0, "jitter": 0},
    "bandwidth": {"rate": 0},
    "slow_close": {"delay": 0},
    "timeout": {"timeout": 0},
    "reset_peer": {"timeout": 0},
    "slicer": {"average_size": 0, "size_variation": 0, "delay": 0},
    "limit_data": {"bytes": 0},
    "noop": {},
}


def shown(proxy: dict[str, Any]) -> dict[str, Any]:
    """A proxy as the contract has it: Go's server leaks its logger."""
    return {name: value for name, value in proxy.items() if name != "Logger"}


def create(server: Server, name: str, **settings: Any) -> dict[str, Any]:
    wanted = {"name": name, "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1", **settings}
    answer = server.call("POST", "/proxies", wanted)
    assert answer.status == 201, answer.body
    return shown(answer.json)


def test_a_new_proxy_names_the_port_it_is_bound_to(server: Server) -> None:
    made = create(server, "a", listen="localhost:0", upstream="nowhere.invalid:1")
    host, _, port = made["listen"].rpartition(":")
    assert host == "127.0.0.1"
    assert int(port) > 0
    assert not refused(made["listen"])
    assert made == {
        "name": "a",
        "listen": made["listen"],
        "upstream": "nowhere.invalid:1",
        "enabled": True,
        "toxics": [],
    }
    answer = server.call("GET", "/proxies")
    assert answer.headers["content-type"] == "application/json"
    assert {name: shown(proxy) for name, proxy in answer.json.items()} == {"a": made}
    assert shown(server.call("GET", "/proxies/a").json) == made


def test_a_taken_address_is_refused_and_nothing_made(server: Server) -> None:
    with listening() as taken:
        wanted = {"name": "a", "listen": written(taken), "upstream": "a:1"}
        answer = server.call("POST", "/proxies", wanted)
        message = f"listen tcp {written(taken)}: bind: address already in use"
        assert (answer.status, answer.json) == (500, {"error": message, "status": 500})
    assert server.call("GET", "/proxies").json == {}


@pytest.mark.parametrize("host", ["no.such.host.invalid", "nul\x00", "ä" * 100, "a..b"])
def test_a_host_that_cannot_be_found_is_refused(server: Server, host: str) -> None:
    answer = server.call("POST", "/proxies", {"name": "a", "listen": f"{host}:1", "upstream": "a:1"})
    assert answer.status == 500
    assert answer.json["error"].startswith("listen tcp: lookup ")


@pytest.mark.parametrize("upstream", ["no-port", "nul\x00:1", "a:99999"])
def test_an_upstream_is_not_looked_at_before_somebody_connects(server: Server, upstream: str) -> None:
    made = create(server, "a", upstream=upstream)
    with ExitStack() as stack:
        assert ending(connect(made["listen"], stack)) == "closed"


def test_a_proxy_made_disabled_listens_once_enabled(server: Server) -> None:
    address = free_address()
    assert create(server, "a", listen=address, enabled=False)["enabled"] is False
    assert refused(address)
    assert server.call("POST", "/proxies/a", {"enabled": True}).json["listen"] == address
    assert not refused(address)


def test_updates_merge_and_never_rename(server: Server) -> None:
    made = create(server, "a")
    for method in ("POST", "PATCH"):
        answer = server.call(method, "/proxies/a", {"name": "b"})
        assert (answer.status, shown(answer.json)) == (200, made)
    moved = server.call("PATCH", "/proxies/a", {"upstream": "127.0.0.1:2"}).json
    assert shown(moved) == {**made, "upstream": "127.0.0.1:2"}
    address = free_address()
    moved = server.call("PATCH", "/proxies/a", {"listen": address}).json
    assert shown(moved) == {**made, "upstream": "127.0.0.1:2", "listen": address}
    assert refused(made["listen"])
    assert not refused(address)


def test_an_update_to_a_taken_address_leaves_the_proxy_disabled(server: Server) -> None:
    create(server, "a")
    with listening() as taken:
        answer = server.call("POST", "/proxies/a", {"listen": written(taken)})
        assert answer.status == 500
        left = server.call("GET", "/proxies/a").json
    assert (left["enabled"], left["listen"]) == (False, answer.json["error"].split(": ")[0].split()[-1])


def test_a_deleted_proxy_is_gone_at_once(server: Server) -> None:
    made = create(server, "a")
    answer = server.call("DELETE", "/proxies/a")
    assert (answer.status, answer.body) == (204, b"")
    assert refused(made["listen"])
    assert server.call("GET", "/proxies/a").status == 404
    assert create(server, "a", listen=made["listen"]) == made


def test_each_toxic_shows_all_its_attributes(server: Server, link: Link) -> None:
    for kind, attributes in ATTRIBUTES.items():
        expected = {
            "attributes": attributes,
            "name": f"{kind}_downstream",
            "type": kind,
            "stream": "downstream",
            "toxicity": 1,
        }
        answer = server.call("POST", f"{link.path}/toxics", {"type": kind})
        assert (answer.status, answer.json) == (200, expected)
        assert server.call("GET", f"{link.path}/toxics/{kind}_downstream").json == expected
    assert len(server.call("GET", f"{link.path}/toxics").json) == len(ATTRIBUTES)


def test_toxics_are_listed_upstream_first_in_the_order_they_came(server: Server, link: Link) -> None:
    for name, stream in (("d1", "downstream"), ("u1", "upstream"), ("d2", "DownStream"), ("u2", "UPSTREAM")):
        link.add("noop", stream, name=name)
    assert [toxic["name"] for toxic in server.call("GET", link.path).json["toxics"]] == [
        "u1",
        "u2",
        "d1",
        "d2",
    ]
    assert server.call("GET", f"{link.path}/toxics/u2").json["stream"] == "UPSTREAM"


def test_a_toxics_name_is_unique_over_both_streams(server: Server, link: Link) -> None:
    link.add("noop", "upstream", name="a")
    answer = server.call("POST", f"{link.path}/toxics", {"type": "latency", "name": "a"})
    assert (answer.status, answer.json) == (409, {"error": "toxic already exists", "status": 409})


def test_a_toxics_update_merges_attributes_and_toxicity_only(server: Server, link: Link) -> None:
    link.add("latency", name="a", latency=10, jitter=20)
    changes = {"attributes": {"jitter": 3, "unknown": 1}, "toxicity": 0.25, "name": "b", "stream": "upstream"}
    for method in ("POST", "PATCH"):
        answer = server.call(method, f"{link.path}/toxics/a", changes)
        assert answer.status == 200
        assert answer.json == {
            "attributes": {"latency": 10, "jitter": 3},
            "name": "a",
            "type": "latency",
            "stream": "downstream",
            "toxicity": 0.25,
        }
    assert server.call("GET", f"{link.path}/toxics").json == [answer.json]


def test_toxics_survive_disabling(server: Server, link: Link) -> None:
    link.add("latency", name="a", latency=10)
    before = server.call("GET", f"{link.path}/toxics").json
    link.enable(False)
    assert server.call("GET", f"{link.path}/toxics").json == before
    link.enable(True)
    assert server.call("GET", f"{link.path}/toxics").json == before


def test_reset_enables_everything_and_removes_all_toxics(server: Server, link: Link) -> None:
    link.add("latency", "upstream", name="a", latency=10)
    link.add("timeout", "downstream", name="b")
    link.enable(False)
    answer = server.call("POST", "/reset")
    assert (answer.status, answer.body) == (204, b"")
    found = server.call("GET", link.path).json
    assert (found["enabled"], found["toxics"]) == (True, [])
    assert not refused(link.listen)


def test_populate_makes_all(server: Server) -> None:
    wanted = [
        {"name": name, "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1", "enabled": name == "a"}
        for name in ("b", "a")
    ]
    answer = server.call("POST", "/populate", wanted)
    assert answer.status == 201
    assert answer.headers["content-type"] == "application/json"
    assert [(proxy["name"], proxy["enabled"]) for proxy in answer.json["proxies"]] == [
        ("b", False),
        ("a", True),
    ]
    assert sorted(server.call("GET", "/proxies").json) == ["a", "b"]


def test_populate_checks_everything_first(server: Server) -> None:
    wanted = [{"name": "a", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:1"}, {"upstream": "127.0.0.1:1"}]
    answer = server.call("POST", "/populate", wanted)
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/json"
    message = "missing required field: name at proxy 2"
    assert answer.json == {"error": message, "status": 400, "proxies": None}
    assert server.call("GET", "/proxies").json == {}
    for body in (b"{}", b"[1]", b"x"):
        answer = server.call("POST", "/populate", body)
        assert (answer.status, answer.json["proxies"]) == (400, None)
        assert answer.json["error"].startswith("bad request body: ")


def test_populate_stops_at_the_first_taken_address_and_lists_what_was_made(server: Server) -> None:
    with listening() as taken:
        listens = {"a": "127.0.0.1:0", "b": written(taken), "c": "127.0.0.1:0"}
        wanted = [{"name": n, "listen": at, "upstream": "127.0.0.1:1"} for n, at in listens.items()]
        answer = server.call("POST", "/populate", wanted)
    assert answer.status == 500
    assert answer.json["error"].endswith("bind: address already in use")
    assert [proxy["name"] for proxy in answer.json["proxies"]] == ["a"]
    assert list(server.call("GET", "/proxies").json) == ["a"]


def test_populate_leaves_the_same_alone_and_replaces_the_different(server: Server, link: Link) -> None:
    link.add("noop", name="a")
    existing = server.call("GET", link.path).json
    same = {
        "name": link.name,
        "listen": existing["listen"],
        "upstream": existing["upstream"],
        "enabled": False,
    }
    answer = server.call("POST", "/populate", [same])
    assert (answer.status, answer.json["proxies"]) == (201, [existing])
    answer = server.call("POST", "/populate", [{**same, "upstream": "127.0.0.1:1"}])
    assert (answer.status, answer.json["proxies"][0]["toxics"]) == (201, [])
    assert refused(existing["listen"])
