"""Real nodes as processes of their own, and a socket that may send them anything at all."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psutil

TOKEN = "the-token-of-this-run"
START_S = 90.0
ANSWER_S = 30.0  # longer than the patience of a node with `PATIENT` settings
PATIENT = {  # how a machine that is starved delays nodes is no subject here
    "family": "single-leader",
    "replication": "async",
    "detection_timeout_ms": 30_000,
    "call_timeout_ms": 10_000,
    "acknowledge_timeout_ms": 10_000,
}
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


class Reply(NamedTuple):
    """What came back; `status` 0 when the connection ended without an answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def error(self) -> str:
        """The code in the lab's own form of an error, whose form is checked on the way."""
        failure = json.loads(self.body)
        assert {"error", "message", "definite"} <= failure.keys()
        assert isinstance(failure["definite"], bool)
        return str(failure["error"])


@dataclass
class Running:
    """A node that runs."""

    process: subprocess.Popen[str]
    port: int
    output: Path  # what it has printed: a file, for a pipe that nobody reads would stop it

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def is_up(self) -> bool:
        """Whether it listens and answers."""
        try:
            return self.request("GET", "/health").status == 200
        except OSError:
            return False

    def resident_bytes(self) -> int:
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), ANSWER_S)

    def send(self, data: bytes) -> Reply:
        """Send these very bytes on a new connection and read one answer."""
        with self.connect() as connection:
            connection.sendall(data)
            return read_reply(connection, without_body=data.startswith(b"HEAD"))

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        """One request with a good Host, unless `headers` name another."""
        fields = {"Host": f"127.0.0.1:{self.port}", "Content-Length": str(len(body)), **(headers or {})}
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return self.send(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body)

    def message(self, kind: str, **fields: Any) -> Reply:
        """A message with the run's token."""
        body = json.dumps({"kind": kind, **fields}).encode()
        return self.request("POST", f"/messages/{kind}", AUTHORIZED, body)


def read_reply(connection: socket.socket, without_body: bool = False) -> Reply:
    """One answer, up to its announced end; that to HEAD announces a body and has none."""
    data = b""
    while b"\r\n\r\n" not in data:
        if not (part := connection.recv(65536)):
            return Reply(0, {}, data)
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)}
    while not without_body and len(body) < int(headers.get("content-length", 0)):
        if not (part := connection.recv(65536)):
            break
        body += part
    return Reply(int(status.split()[1]), headers, body)


@contextmanager
def running(
    role: str, node: str, directory: Path, ports: Mapping[str, int], **environ: str
) -> Iterator[Running]:
    """One node, just started, which will listen on its port of `ports` and has a link to every other."""
    links = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    output = directory / f"{node}.out"
    with (directory / f"{node}.log").open("a") as errors, output.open("w") as printed:
        process = subprocess.Popen(
            [sys.executable, "-m", "services", role],
            env={
                **os.environ,
                "LAB_NODE": node,
                "LAB_PORT": str(ports[node]),
                "LAB_REPLICAS": "n1",
                "LAB_GATEWAYS": "g1",
                "LAB_LINKS": json.dumps(links),
                "LAB_DATA_DIR": str(directory / node),
                "LAB_TOKEN": TOKEN,
                "LAB_LEASE_STDIN": "1",
                "LAB_SETTINGS": json.dumps(PATIENT),
                **environ,
            },
            stdin=subprocess.PIPE,
            stdout=printed,
            stderr=errors,
            text=True,
        )
    try:
        yield Running(process, ports[node], output)
    finally:
        process.kill()
        process.communicate()


def until(condition: Callable[[], bool], deadline_s: float = START_S) -> None:
    """Wait until `condition()` is true."""
    deadline = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.02)
