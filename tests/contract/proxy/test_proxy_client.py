"""The client library `toxiproxy-python`, used as its own documentation uses it, drives either server."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from toxiproxy import Toxiproxy
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

from tests.contract.proxy.harness import Server, listening, refused, written


@pytest.fixture
def library(server: Server) -> Any:
    library = Toxiproxy()
    library.update_api_consumer(*server.address)
    return library


@pytest.fixture
def upstream() -> Iterator[socket.socket]:
    with listening() as sock:
        yield sock


def test_proxies(library: Any, upstream: socket.socket) -> None:
    assert library.running()
    assert b'"version"' in library.version()
    proxy = library.create(upstream=written(upstream), name="a")
    assert (proxy.name, proxy.upstream, proxy.enabled) == ("a", written(upstream), True)
    assert list(library.proxies()) == ["a"]
    with pytest.raises(ProxyExists):
        library.create(upstream=written(upstream), name="a")
    with proxy.down():
        assert refused(proxy.listen)
    assert not refused(proxy.listen)
    assert proxy.destroy()
    with pytest.raises(NotFound):
        proxy.destroy()
    library.populate([{"name": n, "upstream": written(upstream), "listen": "127.0.0.1:0"} for n in "ab"])
    assert sorted(library.proxies()) == ["a", "b"]
    library.destroy_all()
    assert library.proxies() == {}


def test_toxics(library: Any, upstream: socket.socket) -> None:
    proxy = library.create(upstream=written(upstream), name="a")
    proxy.add_toxic(type="latency", attributes={"latency": 100})
    proxy.add_toxic(type="timeout", stream="upstream", name="cut", toxicity=0.5)
    assert list(proxy.toxics()) == ["cut", "latency_downstream"]
    assert proxy.get_toxic("cut").toxicity == 0.5
    assert proxy.get_toxic("latency_downstream").attributes == {"latency": 100, "jitter": 0}
    with pytest.raises(InvalidToxic):
        proxy.add_toxic(type="none")
    assert proxy.destroy_toxic("cut")
    with pytest.raises(NotFound):
        proxy.destroy_toxic("cut")
    assert library.reset()
    assert proxy.toxics() == {}
