"""A Toxiproxy that stands still is waited for once, and not once for each link."""

import asyncio
import time

import pytest

from chaos.cluster import ClusterError, all_of
from chaos.runtimes import toxiproxy
from chaos.runtimes.toxiproxy import ToxiproxyLinks

PATIENCE_S, LINKS = 0.5, 20


async def test_all_who_wait_learn_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toxiproxy, "TIMEOUT_S", PATIENCE_S)
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)  # accepts, and never answers
    links = ToxiproxyLinks("{}:{}".format(*server.sockets[0].getsockname()))
    for _ in range(2):  # it may have gone on meanwhile, so whoever asks later waits again
        began = time.monotonic()
        with pytest.raises(ClusterError, match="as if it were paused"):
            await all_of(links.state(f"link-{number}") for number in range(LINKS))
        assert PATIENCE_S <= time.monotonic() - began < LINKS * PATIENCE_S / 2
    server.close()
