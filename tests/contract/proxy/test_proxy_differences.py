"""Where the embedded proxy differs from the Go server on purpose: all that is known, checked on both."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.contract.proxy.harness import (
    Link,
    Server,
    ending,
    eventually,
    free_address,
    in_one_try,
    passes,
    receive,
    refused,
    stopped_at_end,
)


@dataclass(frozen=True)
class Difference:
    """What `observe` finds on each server, and why ours is not the same."""

    observe: Callable[[Server, Link], object]
    embedded: object
    real: object
    why: str


def host_of_an_empty_listen(server: Server, link: Link) -> object:
    made = server.call("POST", "/proxies", {"name": "a", "upstream": "127.0.0.1:1"}).json
    return made["listen"].rpartition(":")[0]


def host_of_every_ipv4_interface(server: Server, link: Link) -> object:
    settings = {"name": "a", "upstream": "127.0.0.1:1", "listen": "0.0.0.0:0"}
    return server.call("POST", "/proxies", settings).json["listen"].rpartition(":")[0]


def answer_after_a_half_close(server: Server, link: Link) -> object:
    client, upstream = link.open()
    client.sendall(b"ask")
    client.shutdown(socket.SHUT_WR)
    assert receive(upstream, 4) == b"ask"
    try:
        upstream.sendall(b"answer")
        return receive(client, 6)
    except OSError:
        return b""


def reset_of_an_open_connection(server: Server, link: Link) -> object:
    client, _ = link.open()
    link.add("reset_peer", "upstream", timeout=0)
    client.sendall(b"ask")
    return ending(client)


def end_of_a_spared_connection(server: Server, link: Link) -> object:
    link.add("reset_peer", "upstream", toxicity=0.0)
    client, upstream = link.open()
    assert passes(client, upstream)
    client.close()
    return ending(upstream)


def packet_loss(server: Server, link: Link) -> object:
    return server.call("POST", f"{link.path}/toxics", {"type": "packet_loss"}).status


def foreign_host(server: Server, link: Link) -> object:
    return server.call("GET", "/version", headers={"Host": "rebound.example"}).status


def foreign_origin(server: Server, link: Link) -> object:
    return server.call("POST", "/reset", headers={"Origin": "https://page.example"}).status


def large_body(server: Server, link: Link) -> object:
    return server.call("POST", link.path, b'{"unknown":"%s"}' % (b"x" * 1_100_000)).status


def trace_of_a_refused_update(server: Server, link: Link) -> object:
    link.add("latency", latency=1)
    changes = {"attributes": {"latency": 2, "jitter": "x"}}
    assert server.call("POST", f"{link.path}/toxics/t", changes).status == 400
    return server.call("GET", f"{link.path}/toxics/t").json["attributes"]["latency"]


def logger_in_the_answer(server: Server, link: Link) -> object:
    return "Logger" in server.call("GET", link.path).json


def path_to_be_cleaned(server: Server, link: Link) -> object:
    return server.call("GET", "//proxies").status


def bytes_counted_while_the_connection_is_open(server: Server, link: Link) -> object:
    before = counts(server, link)  # of an earlier link that was given the same port
    assert passes(*link.open())
    return counts(server, link) != before


def counts(server: Server, link: Link) -> list[bytes]:
    return [line for line in server.call("GET", "/metrics").body.splitlines() if link.listen.encode() in line]


def delay_of_a_long_cable_behind_a_thin_line(server: Server, link: Link) -> object:
    link.add("bandwidth", rate=100, name="thin")
    link.add("latency", latency=400, name="long")
    client, upstream = link.open()
    assert passes(client, upstream)

    def takes_the_longer_one() -> bool:
        began = time.monotonic()
        upstream.sendall(bytes(30_000))  # 0.3 s on the line
        assert len(receive(client, 30_000)) == 30_000
        return time.monotonic() - began <= 0.69

    return "the longer one" if in_one_try(takes_the_longer_one) else "both"


def toxicity_with_many_digits(server: Server, link: Link) -> object:
    link.add("noop", toxicity=0.123456789)
    return server.call("GET", f"{link.path}/toxics/t").json["toxicity"]


def name_like_a_folder(server: Server, link: Link) -> object:
    return server.call("GET", "/proxies/..").status


def start_with_a_bad_config(server: Server, link: Link) -> object:
    program = {"embedded": [sys.executable, "-m", "chaos.proxy"], "real": ["toxiproxy-server"]}[server.kind]
    host, _, port = free_address().rpartition(":")
    options = ["-host", host, "-port", port, "-config", "/no/such/file"]
    with stopped_at_end(
        subprocess.Popen([*program, *options], stderr=subprocess.DEVNULL, text=True)
    ) as started:
        eventually(lambda: started.poll() is not None or not refused(f"{host}:{port}"))
        return "ends" if started.poll() else "goes on"


DIFFERENCES = [
    Difference(host_of_an_empty_listen, "127.0.0.1", "[::]", "nothing is opened to the network unasked"),
    Difference(host_of_every_ipv4_interface, "0.0.0.0", "[::]", "what is shown is what was asked for"),
    Difference(answer_after_a_half_close, b"answer", b"", "a direct connection lets the answer through"),
    Difference(reset_of_an_open_connection, "reset", "closed", "a toxic reaches open connections too"),
    Difference(end_of_a_spared_connection, "closed", "reset", "toxicity 0 spares a connection (issue 603)"),
    Difference(packet_loss, 200, 400, "newer than the 2.12 line"),
    Difference(foreign_host, 403, 200, "a name rebound to this address must not reach the API"),
    Difference(foreign_origin, 403, 204, "a page on another site must not reach the API"),
    Difference(large_body, 413, 200, "memory is bounded"),
    Difference(trace_of_a_refused_update, 1, 2, "a refused call leaves no trace"),
    Difference(logger_in_the_answer, False, True, "a leak"),
    Difference(path_to_be_cleaned, 404, 301, "no client asks for such a path"),
    Difference(
        delay_of_a_long_cable_behind_a_thin_line,
        *("both", "the longer one"),
        "each toxic delays what reaches it, as lines do that lie one behind the other",
    ),
    Difference(toxicity_with_many_digits, 0.123456789, 0.12345679, "a double is what was given"),
    Difference(name_like_a_folder, 404, 301, "a name is a name: what is made as `..` can be reached"),
    Difference(start_with_a_bad_config, "ends", "goes on", "links that are missing would look like faults"),
    Difference(bytes_counted_while_the_connection_is_open, True, False, "long connections count too"),
]


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda d: d.observe.__name__)
def test_differences(server: Server, link: Link, difference: Difference) -> None:
    expected = {"embedded": difference.embedded, "real": difference.real}
    assert difference.observe(server, link) == expected[server.kind], difference.why
