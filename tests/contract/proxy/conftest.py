"""Both servers for the whole suite; every test leaves them empty."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.contract.proxy.harness import Link, Pair, Server, embedded_server, real_server

BOTH = ["embedded", pytest.param("real", marks=pytest.mark.real_toxiproxy)]


@pytest.fixture(scope="session", params=BOTH)
def running(request: pytest.FixtureRequest) -> Iterator[Server]:
    start = {"embedded": lambda: embedded_server("--seed", "1", "--metrics"), "real": real_server}
    with start[request.param]() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    yield running
    for name in running.call("GET", "/proxies").json:
        assert running.call("DELETE", f"/proxies/{name}").status == 204


@pytest.fixture
def new_link(server: Server) -> Iterator[Callable[[str], Link]]:
    with ExitStack() as stack:
        yield lambda name: Link(server, stack, name)


@pytest.fixture
def link(new_link: Callable[[str], Link]) -> Link:
    return new_link("link")


@pytest.fixture(params=["upstream", "downstream"])
def stream(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["open", "new"])
def struck(request: pytest.FixtureRequest, link: Link) -> Callable[..., Pair]:
    """Adds a toxic; returns client and upstream of a connection opened before or after it."""

    def strike(kind: str, stream: str = "downstream", toxicity: float = 1.0, **attributes: Any) -> Pair:
        before = link.open() if request.param == "open" else None
        link.add(kind, stream, toxicity, **attributes)
        return before or link.open()

    return strike
