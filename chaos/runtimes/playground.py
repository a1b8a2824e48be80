"""The one cluster to play with: started by `./lab up` or `docker compose up`, found by every command.

The container engine's library is loaded only where no local cluster is found: it takes longer than
the whole rest of a command.
"""

import asyncio
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import msgspec

from chaos.cluster import Cluster, ClusterError
from chaos.runtimes.remote import RemoteCluster, SilentError
from chaos.runtimes.supervisor import READY, ROOT, Home, events_file, home_file, state_directory
from chaos.shape import DEFAULT, Shape
from services.config import ClusterSettings

USUAL_PORT = 8080


@asynccontextmanager
async def cluster_that_is_up() -> AsyncIterator[Cluster]:
    """The local one, else that of `docker compose up`. Raises `ClusterError` when there is neither."""
    cluster = await find_local() or await find_compose()
    if cluster is None:
        raise ClusterError("nothing is up; start one with `./lab up`")
    try:
        yield cluster
    finally:
        await cluster.close()


async def find_local() -> RemoteCluster | None:
    """The cluster that a supervisor holds, if there is one."""
    if not home_file().exists():
        return None
    home = msgspec.json.decode(home_file().read_bytes(), type=Home)
    try:
        return await RemoteCluster.connect(Path(home.socket), events_file())
    except SilentError:
        raise
    except ClusterError:
        return None  # it was killed; what it had started is gone with it


async def find_compose() -> Cluster | None:
    """The cluster of `docker compose up`, if an engine answers and it is there."""
    from chaos.runtimes.compose import ComposeCluster

    try:
        return await ComposeCluster.find()
    except ClusterError:
        return None


def start_local(replicas: int, settings: ClusterSettings) -> None:
    """Start a supervisor and wait until its cluster takes writes. Raises `ClusterError` with what it said."""
    shutil.rmtree(state_directory(), ignore_errors=True)  # of one that was killed
    state_directory().mkdir(parents=True)
    command = [
        *(sys.executable, "-m", "chaos.runtimes.supervisor", "--replicas", str(replicas)),
        *("--settings", msgspec.json.encode(settings).decode(), "--port", str(_usual_port_if_free())),
    ]
    supervisor = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        text=True,
        start_new_session=True,
    )
    try:
        _wait_until_ready(supervisor)
    except BaseException:
        supervisor.terminate()
        supervisor.wait()
        shutil.rmtree(state_directory(), ignore_errors=True)
        raise


def _wait_until_ready(supervisor: subprocess.Popen[str]) -> None:
    assert supervisor.stdout
    said = []
    for line in supervisor.stdout:
        if line.strip() == READY:
            return
        said.append(line)
    raise ClusterError(f"the cluster did not start:\n{''.join(said).strip()}")


async def stop_local() -> bool:
    """Stop the supervisor and wait until everything is gone. False when none was up."""
    cluster = await find_local()
    if cluster is None:
        return False
    await cluster.stop()
    return True


async def start_compose(replicas: int, settings: ClusterSettings) -> None:
    """`docker compose up` with so many replicas and these settings. Raises `ClusterError`."""
    from chaos.runtimes.docker_engine import compose

    up = ("--project-directory", str(ROOT), "up", "--detach", "--wait")
    compose(*up, file=_compose_file(replicas))
    cluster = await find_compose()
    assert cluster, "docker compose says that it is up"
    try:
        await cluster.configure(settings)
    finally:
        await cluster.close()


def _compose_file(replicas: int) -> Path:
    """The one that is checked in, if it has so many replicas, else another one in the state directory."""
    from chaos.runtimes.compose_file import compose_text
    from chaos.runtimes.compose_layout import COMPOSE_FILE

    if replicas == DEFAULT.replicas:
        return COMPOSE_FILE
    file = state_directory() / "docker-compose.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(compose_text(Shape(replicas)), encoding="utf-8")
    return file


async def stop_compose() -> bool:
    """Remove all that belongs to it, disks as well. False when the cluster was not up."""
    from chaos.runtimes.reaper import remove_compose

    cluster = await find_compose()
    if cluster is None:
        return False
    await cluster.close()
    await asyncio.to_thread(remove_compose, cluster.name)
    return True


def _usual_port_if_free() -> int:
    """8080 for the first gateway, as with `docker compose up`; 0 (any free one) when it is taken."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", USUAL_PORT))
        except OSError:
            return 0
    return USUAL_PORT
