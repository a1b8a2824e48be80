"""Every toxic really bites, on connections opened before and after it, and lets go when removed.

Lower bounds of times are the toxic's own; upper bounds are far away, so that a loaded machine passes.
"""

import time
from collections.abc import Callable

from tests.contract.proxy.harness import (
    TICK_S,
    Link,
    Pair,
    Server,
    along,
    ending,
    in_one_try,
    passes,
    receive,
    silent,
    takes,
)


def test_latency_delays_one_direction(struck: Callable[..., Pair], stream: str) -> None:
    pair = struck("latency", stream, latency=200)
    sender, receiver = along(stream, pair)
    with takes(0.2):
        sender.sendall(b"slow")
        assert receive(receiver, 4) == b"slow"
    assert passes(receiver, sender)


def test_latency_keeps_the_spacing_of_pipelined_messages(struck: Callable[..., Pair]) -> None:
    client, upstream = struck("latency", "upstream", latency=500)

    def keeps_it() -> bool:
        began = time.monotonic()
        for number in range(5):
            client.sendall(b"%d" % number)
            time.sleep(0.05)
        arrivals = []
        for number in range(5):
            assert receive(upstream, 1) == b"%d" % number
            arrivals.append(time.monotonic() - began)
        assert arrivals[0] >= 0.5 - TICK_S
        assert arrivals[4] >= 0.7 - TICK_S
        # One after the other would take five delays.
        return arrivals[4] < 1.5 and arrivals[4] - arrivals[0] > 0.1

    assert in_one_try(keeps_it)


def test_jitter_spreads_the_delay_and_keeps_the_order(struck: Callable[..., Pair]) -> None:
    client, upstream = struck("latency", "upstream", latency=100, jitter=50)
    for number in range(10):
        with takes(0.05):
            client.sendall(b"%d" % number)
            assert receive(upstream, 1) == b"%d" % number


def test_removing_latency_lets_go_at_once(link: Link, struck: Callable[..., Pair], stream: str) -> None:
    sender, receiver = along(stream, struck("latency", stream, latency=600_000))
    sender.sendall(b"wait")
    assert silent(receiver)
    link.remove()
    assert receive(receiver, 4) == b"wait"
    assert passes(sender, receiver)


def test_an_updated_latency_reaches_open_connections(link: Link, struck: Callable[..., Pair]) -> None:
    client, upstream = struck("latency", "upstream", latency=1)
    link.update(latency=300)
    with takes(0.3):
        client.sendall(b"slow")
        assert receive(upstream, 4) == b"slow"


def test_latencies_on_one_direction_add_up(link: Link, struck: Callable[..., Pair]) -> None:
    client, upstream = struck("latency", "upstream", latency=150)
    link.add("latency", "upstream", name="second", latency=150)
    with takes(0.3):
        client.sendall(b"slow")
        assert receive(upstream, 4) == b"slow"


def test_bandwidth_limits_the_rate(struck: Callable[..., Pair], stream: str) -> None:
    sender, receiver = along(stream, struck("bandwidth", stream, rate=100))

    def at_the_rate() -> bool:
        began = time.monotonic()
        with takes(0.5):
            sender.sendall(bytes(50_000))
            assert len(receive(receiver, 50_000)) == 50_000
        return time.monotonic() - began <= 2.0

    assert in_one_try(at_the_rate)


def test_bandwidth_zero_stalls_until_changed_or_removed(link: Link, struck: Callable[..., Pair]) -> None:
    """More is stuck than the new rate lets through at once.

    The Go server may read a new rate between looking how much there is and cutting off a piece (v2.12,
    bandwidth.go), and ends itself when the piece is larger than what there is.
    """
    client, upstream = struck("bandwidth", "upstream", rate=0)
    client.sendall(b"stuck" * 4000)
    assert silent(upstream)
    link.update(rate=100)
    assert receive(upstream, 20_000) == b"stuck" * 4000
    link.update(rate=0)
    client.sendall(b"again")
    assert silent(upstream)
    link.remove()
    assert receive(upstream, 5) == b"again"


def test_slow_close_delays_the_end(struck: Callable[..., Pair], stream: str) -> None:
    sender, receiver = along(stream, struck("slow_close", stream, delay=400))
    assert passes(sender, receiver)
    with takes(0.4):
        sender.close()
        assert ending(receiver) == "closed"


def test_slow_close_does_not_delay_the_last_data(struck: Callable[..., Pair], stream: str) -> None:
    sender, receiver = along(stream, struck("slow_close", stream, delay=600_000))
    sender.sendall(b"bye")
    sender.close()
    assert receive(receiver, 3) == b"bye"
    assert silent(receiver)


def test_timeout_zero_is_a_black_hole(struck: Callable[..., Pair], stream: str) -> None:
    sender, receiver = along(stream, struck("timeout", stream, timeout=0))
    sender.sendall(b"lost")
    assert silent(receiver)
    assert passes(receiver, sender)


def test_removing_a_black_hole_closes_the_connection(
    link: Link, struck: Callable[..., Pair], stream: str
) -> None:
    client, upstream = struck("timeout", stream, timeout=0)
    link.remove()
    assert ending(client) in ("closed", "reset")
    assert ending(upstream) in ("closed", "reset")
    assert passes(*link.open())


def test_resetting_the_server_removes_black_holes_too(server: Server, struck: Callable[..., Pair]) -> None:
    client, _ = struck("timeout", "upstream", timeout=0)
    assert server.call("POST", "/reset").status == 204
    assert ending(client) in ("closed", "reset")


def test_timeout_closes_an_idle_connection(struck: Callable[..., Pair], stream: str) -> None:
    with takes(0.3):
        client, upstream = struck("timeout", stream, timeout=300)
        assert ending(client) == "closed"
    assert ending(upstream) == "closed"


def test_timeout_discards_data_until_it_closes(struck: Callable[..., Pair]) -> None:
    with takes(0.3):
        client, upstream = struck("timeout", "upstream", timeout=300)
        client.sendall(b"lost")
        assert receive(upstream, 4) == b""


def test_a_closed_sender_is_noticed_through_a_black_hole(struck: Callable[..., Pair]) -> None:
    client, upstream = struck("timeout", "upstream", timeout=0)
    client.close()
    assert ending(upstream) == "closed"


def test_reset_peer_resets_new_connections(link: Link) -> None:
    link.add("reset_peer", "downstream", timeout=0)
    client, upstream = link.open()
    client.sendall(b"ask")
    assert receive(upstream, 3) == b"ask"
    upstream.sendall(b"answer")
    assert ending(client) == "reset"


def test_reset_peer_waits_its_time(link: Link) -> None:
    link.add("reset_peer", "upstream", timeout=300)
    client, upstream = link.open()
    with takes(0.3):
        client.sendall(b"ask")
        assert ending(client) == "reset"
    assert ending(upstream) == "reset"


def test_slicer_cuts_data_into_small_pieces(struck: Callable[..., Pair], stream: str) -> None:
    sizes = {"average_size": 100, "size_variation": 20, "delay": 50_000}
    sender, receiver = along(stream, struck("slicer", stream, **sizes))
    sent = bytes(range(256)) * 4
    with takes(0.3):
        sender.sendall(sent)
        assert receive(receiver, len(sent)) == sent


def test_removing_a_slicer_lets_the_rest_go_whole(link: Link, struck: Callable[..., Pair]) -> None:
    client, upstream = struck("slicer", "upstream", average_size=10, size_variation=0, delay=60_000_000)
    client.sendall(b"0123456789" * 10)
    first = upstream.recv(65536)
    assert 1 <= len(first) <= 10
    assert silent(upstream)
    link.remove()
    assert first + receive(upstream, 100 - len(first)) == b"0123456789" * 10


def test_limit_data_ends_the_stream_after_so_many_bytes(struck: Callable[..., Pair], stream: str) -> None:
    sender, receiver = along(stream, struck("limit_data", stream, bytes=100))
    sender.sendall(bytes(60))
    assert len(receive(receiver, 60)) == 60
    sender.sendall(bytes(60))
    assert len(receive(receiver, 60)) == 40
    assert ending(sender) in ("closed", "reset")


def test_limit_data_counts_each_connection_by_itself(link: Link) -> None:
    link.add("limit_data", "upstream", bytes=5)
    for _ in range(3):
        client, upstream = link.open()
        client.sendall(b"1234567")
        assert receive(upstream, 10) == b"12345"


def test_limit_data_keeps_its_count_when_updated(link: Link, struck: Callable[..., Pair]) -> None:
    client, upstream = struck("limit_data", "upstream", bytes=100)
    client.sendall(bytes(60))
    assert len(receive(upstream, 60)) == 60
    link.update(bytes=70)
    client.sendall(bytes(60))
    assert len(receive(upstream, 60)) == 10


def test_noop_changes_nothing(link: Link, struck: Callable[..., Pair], stream: str) -> None:
    sender, receiver = along(stream, struck("noop", stream))
    assert passes(sender, receiver)
    link.remove()
    assert passes(sender, receiver)


def test_toxicity_zero_spares_every_connection(struck: Callable[..., Pair], stream: str) -> None:
    sender, receiver = along(stream, struck("latency", stream, 0.0, latency=600_000))
    assert passes(sender, receiver)


def test_toxicity_is_drawn_again_when_the_toxic_is_updated(link: Link, struck: Callable[..., Pair]) -> None:
    client, upstream = struck("latency", "upstream", 0.0, latency=600_000)
    assert passes(client, upstream)
    link.update(toxicity=1.0)
    client.sendall(b"wait")
    assert silent(upstream)
    link.update(toxicity=0.0)
    assert receive(upstream, 4) == b"wait"
    assert passes(client, upstream)


def test_a_partition_and_its_healing(link: Link) -> None:
    client, upstream = link.open()
    link.add("timeout", "upstream", name="up", timeout=0)
    link.add("timeout", "downstream", name="down", timeout=0)
    client.sendall(b"lost")
    upstream.sendall(b"lost")
    assert silent(client)
    assert silent(upstream)
    link.remove("up")
    link.remove("down")
    assert ending(client) in ("closed", "reset")
    assert passes(*link.open())


def test_toxics_of_one_direction_work_in_the_order_they_came(link: Link) -> None:
    link.add("limit_data", "upstream", name="first", bytes=10)
    link.add("latency", "upstream", name="second", latency=200)
    client, upstream = link.open()
    with takes(0.2):
        client.sendall(bytes(20))
        assert len(receive(upstream, 20)) == 10
