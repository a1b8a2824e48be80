"""The lab's adapter around the client library: states of links, on both servers."""

import time
from dataclasses import replace

import pytest

from chaos.cluster import CUT, HEALTHY, ClusterError, LinkState
from chaos.runtimes.toxiproxy import ToxiproxyLinks
from tests.contract.proxy.harness import (
    Link,
    Server,
    ending,
    free_address,
    in_one_try,
    passes,
    receive,
    refused,
    silent,
)

STATES = [
    HEALTHY,
    CUT,
    LinkState(cut_requests=True),
    LinkState(cut_replies=True),
    LinkState(latency_s=0.05),
    LinkState(latency_s=0.05, jitter_s=0.01),
    LinkState(bandwidth_kb_per_s=100),
    LinkState(refused=True),
    LinkState(cut_requests=True, latency_s=0.2, bandwidth_kb_per_s=10, refused=True),
]


@pytest.fixture
def links(server: Server) -> ToxiproxyLinks:
    return ToxiproxyLinks("{}:{}".format(*server.address))


async def test_created_links_listen_and_lead_where_they_are_told(
    links: ToxiproxyLinks, server: Server
) -> None:
    assert await links.version()
    listens = await links.create({"a": free_address(), "b": free_address()})
    assert not any(refused(address) for address in listens.values())
    elsewhere = free_address()
    await links.set_upstream("a", elsewhere)
    assert server.call("GET", "/proxies/a").json["upstream"] == elsewhere
    assert await links.states() == {"a": HEALTHY, "b": HEALTHY}


@pytest.mark.parametrize("after", STATES, ids=str)
@pytest.mark.parametrize("before", STATES, ids=str)
async def test_every_state_can_follow_every_other(
    links: ToxiproxyLinks, link: Link, before: LinkState, after: LinkState
) -> None:
    for state in (before, after):
        await links.set_state(link.name, state)
        assert await links.state(link.name) == state


async def test_a_lost_request_is_never_seen_upstream(links: ToxiproxyLinks, link: Link) -> None:
    client, upstream = link.open()
    await links.set_state(link.name, LinkState(cut_requests=True))
    client.sendall(b"ask")
    assert silent(upstream)
    await links.set_state(link.name, HEALTHY)
    assert ending(client) in ("closed", "reset")
    assert passes(*link.open())


async def test_a_lost_reply_was_a_request_carried_out(links: ToxiproxyLinks, link: Link) -> None:
    await links.set_state(link.name, LinkState(cut_replies=True))
    client, upstream = link.open()
    client.sendall(b"ask")
    assert receive(upstream, 3) == b"ask"
    upstream.sendall(b"answer")
    assert silent(client)


async def test_a_round_trip_pays_the_latency_once(links: ToxiproxyLinks, link: Link) -> None:
    await links.set_state(link.name, LinkState(latency_s=0.4))
    client, upstream = link.open()

    def pays_once() -> bool:
        began = time.monotonic()
        client.sendall(b"ask")
        assert receive(upstream, 3) == b"ask"
        upstream.sendall(b"answer")
        assert receive(client, 6) == b"answer"
        taken_s = time.monotonic() - began
        assert taken_s > 0.39
        return taken_s < 0.75

    assert in_one_try(pays_once)


async def test_a_refused_link_refuses(links: ToxiproxyLinks, link: Link) -> None:
    await links.set_state(link.name, LinkState(refused=True))
    assert refused(link.listen)
    await links.set_state(link.name, HEALTHY)
    assert passes(*link.open())


async def test_what_does_not_change_keeps_its_connections(links: ToxiproxyLinks, link: Link) -> None:
    slow = LinkState(latency_s=0.001)
    await links.set_state(link.name, slow)
    pair = link.open()
    await links.set_state(link.name, replace(slow, bandwidth_kb_per_s=10_000))
    await links.set_state(link.name, slow)
    assert passes(*pair)


async def test_only_what_it_created_is_deleted(links: ToxiproxyLinks, link: Link) -> None:
    with pytest.raises(ClusterError, match=link.name):
        await links.delete(link.name)
    await links.create({"own": free_address()})
    await links.delete("own")
    assert list(await links.states()) == [link.name]


async def test_errors_name_the_link_or_the_server(links: ToxiproxyLinks) -> None:
    with pytest.raises(ClusterError, match="no-such-link"):
        await links.set_state("no-such-link", CUT)
    nowhere = free_address()
    with pytest.raises(ClusterError, match=nowhere):
        await ToxiproxyLinks(nowhere).version()
