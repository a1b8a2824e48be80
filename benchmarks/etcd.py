"""Three nodes of etcd on this machine, for comparison, where there is a program of that name on the PATH."""

import asyncio
import base64
import json
import shutil
import socket
import subprocess
import tempfile
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

from benchmarks.load import request

MEMBERS = 3
START_S = 30.0


def program() -> str | None:
    """Where etcd is, if it is installed."""
    return shutil.which("etcd")


def put(number: int) -> bytes:
    """The request that writes `number`."""
    key, value = (base64.b64encode(text.encode()).decode() for text in (f"k{number % 100}", str(number)))
    return request("POST", "/v3/kv/put", json.dumps({"key": key, "value": value}).encode())


@asynccontextmanager
async def cluster() -> AsyncIterator[str]:
    """The URL of the leader of three fresh nodes, for the time of the block."""
    ports = free_ports(2 * MEMBERS)
    clients, peers = ports[:MEMBERS], ports[MEMBERS:]
    everybody = ",".join(f"e{n}=http://127.0.0.1:{port}" for n, port in enumerate(peers))
    async with AsyncExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for number, (client, peer) in enumerate(zip(clients, peers, strict=True)):
            process = start(number, directory, client, peer, everybody)
            stack.callback(process.wait)
            stack.callback(process.kill)
        yield await leader([f"http://127.0.0.1:{port}" for port in clients])


def start(number: int, directory: Path, client: int, peer: int, everybody: str) -> subprocess.Popen[bytes]:
    """One node."""
    found = program()
    assert found
    options = {
        "name": f"e{number}",
        "data-dir": str(directory / f"e{number}"),
        "listen-client-urls": f"http://127.0.0.1:{client}",
        "advertise-client-urls": f"http://127.0.0.1:{client}",
        "listen-peer-urls": f"http://127.0.0.1:{peer}",
        "initial-advertise-peer-urls": f"http://127.0.0.1:{peer}",
        "initial-cluster": everybody,
        "initial-cluster-state": "new",
        "log-level": "error",
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    return subprocess.Popen([found, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


async def leader(urls: list[str]) -> str:
    """Who leads, as soon as somebody does."""
    async with asyncio.timeout(START_S):
        while True:
            for url in urls:
                status = await asyncio.to_thread(status_of, url)
                if status.get("leader") and status["leader"] == status["header"]["member_id"]:
                    return url
            await asyncio.sleep(0.1)


def status_of(url: str) -> dict:  # type: ignore[type-arg]
    """What a node says of itself; nothing while it does not answer."""
    try:
        with urllib.request.urlopen(f"{url}/v3/maintenance/status", b"{}", timeout=2) as answer:
            return dict(json.load(answer))
    except OSError:
        return {}


def free_ports(amount: int) -> list[int]:
    """Ports that are free at the moment."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(amount)]
        return [one.getsockname()[1] for one in held]
