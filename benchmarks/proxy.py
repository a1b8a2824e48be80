"""The embedded link proxy against the Go server, in alternating rounds of one run.

    PYTHONPATH=. .venv/bin/python benchmarks/proxy.py [--rounds 7]

Client, proxy and upstream are processes of their own; client and upstream use plain sockets and do
nothing with the bytes. The rounds without any proxy show how far they are from being the bottleneck.
"""

import argparse
import json
import multiprocessing
import os
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

BULK_BYTES = 1024 * 1024 * 1024
BUFFER = memoryview(bytes(1024 * 1024))
CONNECTIONS = 32
SMALL = b"x" * 100
SMALL_SPAN_S = 2.0
TOXIC_MS = 5
SAMPLES = 150

Address = tuple[str, int]


def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0), backlog=128)


def swallow(listener: socket.socket) -> None:
    """Upstream for bulk: take `BULK_BYTES`, then answer with one byte."""
    buffer = bytearray(len(BUFFER))
    while True:
        client, _ = listener.accept()
        left = BULK_BYTES
        while left > 0 and (size := client.recv_into(buffer)):
            left -= size
        client.sendall(b".")
        client.close()


def echo(listener: socket.socket) -> None:
    """Upstream for small requests: every message comes back."""
    ready = selectors.DefaultSelector()
    ready.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in ready.select():
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            if sock is listener:
                ready.register(connected(sock.accept()[0]), selectors.EVENT_READ)
            elif data := sock.recv(65536):
                sock.send(data)
            else:
                ready.unregister(sock)
                sock.close()


def connected(sock: socket.socket) -> socket.socket:
    sock.settimeout(30)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def bulk_mb_per_s(address: Address) -> float:
    with connected(socket.create_connection(address)) as sock:
        began = time.perf_counter()
        for _ in range(BULK_BYTES // len(BUFFER)):
            sock.sendall(BUFFER)
        sock.recv(1)
        return BULK_BYTES / 1e6 / (time.perf_counter() - began)


def small_requests_per_s(address: Address) -> float:
    ready = selectors.DefaultSelector()
    socks = [connected(socket.create_connection(address)) for _ in range(CONNECTIONS)]
    for sock in socks:
        ready.register(sock, selectors.EVENT_READ)
        sock.send(SMALL)
    answers, began = 0, time.perf_counter()
    while (now := time.perf_counter()) < began + SMALL_SPAN_S:
        for key, _ in ready.select():
            answered = key.fileobj
            assert isinstance(answered, socket.socket)
            answered.recv(65536)
            answered.send(SMALL)
            answers += 1
    for sock in socks:
        sock.recv(65536)  # the last answer: to close before it comes would reset the connection
        sock.close()
    return answers / (now - began)


def round_trip_ms(address: Address) -> float:
    """Median over single requests, one after the other."""
    with connected(socket.create_connection(address)) as sock:
        spans = []
        for _ in range(SAMPLES):
            began = time.perf_counter()
            sock.send(SMALL)
            sock.recv(65536)
            spans.append(time.perf_counter() - began)
    return statistics.median(spans) * 1000


class Proxy:
    """One server under test, with a proxy to each upstream."""

    def __init__(self, api: str) -> None:
        self.api = api

    def call(self, method: str, path: str, body: dict[str, Any]) -> Any:
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.api + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=5) as response:
            text = response.read()
        return json.loads(text) if text else None

    def to(self, name: str, upstream: Address) -> Address:
        wanted = {"name": name, "listen": "127.0.0.1:0", "upstream": "{}:{}".format(*upstream)}
        host, port = self.call("POST", "/proxies", wanted)["listen"].rsplit(":", 1)
        return host, int(port)

    def added_ms(self, address: Address) -> float:
        """What a latency toxic on the proxy `small` adds to the median round trip."""
        without = round_trip_ms(address)
        toxic = {"name": "slow", "type": "latency", "stream": "upstream", "attributes": {"latency": TOXIC_MS}}
        self.call("POST", "/proxies/small/toxics", toxic)
        with_toxic = round_trip_ms(address)
        self.call("DELETE", "/proxies/small/toxics/slow", {})
        return with_toxic - without


@contextmanager
def running(command: list[str], stdout: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, stdout=stdout, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def embedded() -> Iterator[Proxy]:
    with running([sys.executable, "-m", "chaos.proxy", "--port", "0"], subprocess.PIPE) as process:
        assert process.stdout
        yield Proxy("http://" + process.stdout.readline().split()[4])


@contextmanager
def real(binary: str) -> Iterator[Proxy]:
    with listening() as free:
        port = free.getsockname()[1]
    with running([binary, "-host", "127.0.0.1", "-port", str(port)], subprocess.DEVNULL):
        wait_until_listening(port)
        yield Proxy(f"http://127.0.0.1:{port}")


def wait_until_listening(port: int) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise TimeoutError(f"nothing listens on port {port} after 5 s")


@contextmanager
def upstream(serve: Callable[[socket.socket], None]) -> Iterator[Address]:
    with listening() as listener:
        process = multiprocessing.get_context("fork").Process(target=serve, args=(listener,), daemon=True)
        process.start()
        yield listener.getsockname()
        process.kill()


def measured(proxy: Proxy | None, bulk: Address, small: Address) -> dict[str, float]:
    """One round through `proxy`, or straight to the upstreams."""
    numbers = {"bulk MB/s": bulk_mb_per_s(bulk), "small requests/s": small_requests_per_s(small)}
    if proxy:
        numbers[f"{TOXIC_MS} ms toxic adds ms"] = proxy.added_ms(small)
    return numbers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    binary = shutil.which("toxiproxy-server")
    if binary is None:
        sys.exit("toxiproxy-server is not on the PATH: install it with go install, see CONTRIBUTING.md")
    load = os.getloadavg()[0]
    with ExitStack() as stack:
        bulk, small = (stack.enter_context(upstream(serve)) for serve in (swallow, echo))
        ways: dict[str, tuple[Proxy | None, Address, Address]] = {"direct": (None, bulk, small)}
        for name, server in (("real", real(binary)), ("embedded", embedded())):
            proxy = stack.enter_context(server)
            ways[name] = (proxy, proxy.to("bulk", bulk), proxy.to("small", small))
        results = [{name: measured(*way) for name, way in ways.items()} for _ in range(rounds)]
    report(results, load)


def report(results: list[dict[str, dict[str, float]]], load: float) -> None:
    """Medians over the rounds; the ratio is the median of each round's own ratio."""
    print(f"medians of {len(results)} rounds; {CONNECTIONS} connections with {len(SMALL)} bytes each way")
    print(f"load before the first round {load:.1f}: with other work on the machine the numbers mean little")
    for measure in results[0]["embedded"]:
        median = {
            way: statistics.median(r[way][measure] for r in results)
            for way in results[0]
            if measure in results[0][way]
        }
        ratio = statistics.median(r["embedded"][measure] / r["real"][measure] for r in results)
        numbers = "  ".join(f"{way} {value:,.2f}" for way, value in median.items())
        print(f"{measure:22} {numbers}  embedded/real {ratio:.2f}")


if __name__ == "__main__":
    main()
