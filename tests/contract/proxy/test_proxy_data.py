"""What happens to bytes and connections on a proxy without toxics."""

import hashlib
import random
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.contract.proxy.harness import (
    Link,
    Server,
    connect,
    ending,
    free_address,
    listening,
    receive,
    refused,
    send_until_held_back,
    written,
)

BULK_BYTES = 20_000_000


def test_bytes_pass_both_ways_many_times(link: Link) -> None:
    client, upstream = link.open()
    for number in range(50):
        client.sendall(b"ask %03d" % number)
        assert receive(upstream, 7) == b"ask %03d" % number
        upstream.sendall(b"answer %03d" % number)
        assert receive(client, 10) == b"answer %03d" % number


def test_a_server_that_speaks_first_is_heard(link: Link) -> None:
    client, upstream = link.open()
    upstream.sendall(b"220 welcome")
    assert receive(client, 11) == b"220 welcome"


def test_bytes_sent_at_once_wait_for_the_upstream(link: Link) -> None:
    client = link.dial()
    client.sendall(b"hasty")
    assert receive(link.accept(), 5) == b"hasty"


def test_bulk_arrives_whole_in_both_directions_at_once(link: Link) -> None:
    client, upstream = link.open()
    up, down = (random.Random(seed).randbytes(BULK_BYTES) for seed in (1, 2))
    with ThreadPoolExecutor(4) as pool:
        pool.submit(client.sendall, up)
        pool.submit(upstream.sendall, down)
        got_up = pool.submit(receive, upstream, BULK_BYTES)
        got_down = pool.submit(receive, client, BULK_BYTES)
        assert hashlib.sha256(got_up.result()).digest() == hashlib.sha256(up).digest()
        assert hashlib.sha256(got_down.result()).digest() == hashlib.sha256(down).digest()


def test_many_connections_do_not_mix(link: Link) -> None:
    pairs = [link.open() for _ in range(50)]
    for number, (client, _) in enumerate(pairs):
        client.sendall(b"%04d" % number)
    assert sorted(receive(upstream, 4) for _, upstream in pairs) == [b"%04d" % n for n in range(50)]


def test_either_sides_close_reaches_the_other(link: Link) -> None:
    client, upstream = link.open()
    client.sendall(b"last words")
    client.close()
    assert receive(upstream, 100) == b"last words"
    client, upstream = link.open()
    upstream.sendall(b"last words")
    upstream.close()
    assert receive(client, 100) == b"last words"


def test_a_dead_upstream_is_accepted_then_closed(server: Server) -> None:
    settings = {"name": "dead", "listen": "127.0.0.1:0", "upstream": free_address()}
    listen = server.call("POST", "/proxies", settings).json["listen"]
    with ExitStack() as stack:
        assert ending(connect(listen, stack)) == "closed"
    server.call("POST", "/proxies/dead", {"upstream": "no.such.host.invalid:1"})
    with ExitStack() as stack:
        assert ending(connect(listen, stack)) == "closed"


def test_disabling_closes_connections_and_refuses_new_ones(link: Link) -> None:
    client, upstream = link.open()
    link.enable(False)
    assert refused(link.listen)
    assert ending(client) in ("closed", "reset")
    assert ending(upstream) in ("closed", "reset")
    link.enable(True)
    test_bytes_pass_both_ways_many_times(link)


def test_deleting_closes_connections(server: Server, link: Link) -> None:
    client, upstream = link.open()
    assert server.call("DELETE", link.path).status == 204
    assert ending(client) in ("closed", "reset")
    assert ending(upstream) in ("closed", "reset")


def test_a_changed_upstream_drops_connections_and_leads_new_ones_there(server: Server, link: Link) -> None:
    client, upstream = link.open()
    with listening() as elsewhere:
        assert server.call("POST", link.path, {"upstream": written(elsewhere)}).status == 200
        assert ending(client) in ("closed", "reset")
        assert ending(upstream) in ("closed", "reset")
        client = link.dial()
        elsewhere.settimeout(10)
        accepted, _ = elsewhere.accept()
        with accepted:
            client.sendall(b"moved")
            assert receive(accepted, 5) == b"moved"


def test_an_update_that_changes_nothing_drops_nothing(server: Server, link: Link) -> None:
    client, upstream = link.open()
    same = server.call("GET", link.path).json
    assert server.call("POST", link.path, {**same, "toxics": None}).status == 200
    client.sendall(b"still")
    assert receive(upstream, 5) == b"still"


def test_a_slow_reader_holds_the_sender_back(link: Link) -> None:
    client, upstream = link.open()
    sent = send_until_held_back(client, 500_000_000)
    assert sent < 100_000_000
    assert len(receive(upstream, sent)) == sent


def test_metrics_count_bytes_by_direction(server: Server, link: Link) -> None:
    client, upstream = link.open()
    client.sendall(b"12345")
    assert receive(upstream, 5) == b"12345"
    upstream.sendall(b"123")
    assert receive(client, 3) == b"123"
    client.shutdown(socket.SHUT_WR)
    assert ending(upstream) == "closed"
    upstream.close()
    assert ending(client) == "closed"
    answer = server.call("GET", "/metrics")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4; charset=utf-8")
    found = set(answer.body.decode().splitlines())
    proxy = server.call("GET", link.path).json
    rest = 'listener="{listen}",proxy="{name}",upstream="{upstream}"'.format(**proxy)
    for name in ("received", "sent"):
        for direction, count in (("upstream", 5), ("downstream", 3)):
            line = f'toxiproxy_proxy_{name}_bytes_total{{direction="{direction}",{rest}}} {count}'
            assert line in found
