"""The one cluster to play with: started by `./lab up` or `docker compose up`, found by every command.

The container engine's library is loaded only if no local cluster is found, because that takes longer than the
whole rest of a command.
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from chaos.cluster import Cluster, ClusterError
from chaos.cluster.shape import DEFAULT, Shape
from chaos.runtimes.exclusive import HeldError, exclusive
from chaos.runtimes.remote import RemoteCluster, SilentError
from chaos.runtimes.state import READY, ROOT, events_file, find_home, state_directory
from services.settings import CommonSettings

if TYPE_CHECKING:
    from chaos.runtimes.compose_project import ComposeProject

USUAL_PORT = 8080
PROJECT_VARIABLE = "COMPOSE_PROJECT_NAME"  # docker compose goes by it, too


def wanted() -> str | None:
    """The name of the cluster that is meant, if it was said."""
    return os.environ.get(PROJECT_VARIABLE) or None


@asynccontextmanager
async def cluster_that_is_up(*, alone: bool = False) -> AsyncIterator[Cluster]:
    """The local one, else that of `docker compose up`; the one that is `wanted`, if a name was given.

    With `alone` nobody else may have it: a run would take what is done to it for its own doing. Raises
    `ClusterError` when there is none, `WhichError` when there are several.
    """
    cluster: Cluster | None = await find_local()
    if cluster is None or wanted() not in (None, cluster.name):
        cluster = await find_compose(alone=alone)
    if cluster is None:
        raise ClusterError(_nothing_is_up())
    try:
        yield cluster
    finally:
        await cluster.close()


async def find_local() -> RemoteCluster | None:
    """The cluster that a supervisor holds, if there is one."""
    if not (there := find_home()):
        return None
    try:
        return await RemoteCluster.connect(Path(there.socket), events_file())
    except SilentError:
        raise
    except ClusterError:
        return None  # it was killed; what it had started is gone with it


def page_address() -> str | None:
    """Where the supervisor's cluster is to be seen in a browser, if there is a supervisor."""
    there = find_home()
    return there.page or None if there else None


async def find_compose(*, alone: bool = False) -> Cluster | None:
    """The cluster of `docker compose up`, if an engine answers and it is there."""
    from chaos.runtimes.compose import ComposeCluster

    project = await _project(alone=alone)
    return await asyncio.to_thread(ComposeCluster, project, project.shape()) if project else None


async def _project(*, alone: bool) -> "ComposeProject | None":
    """Its containers. With `alone`, raises `ClusterError` while a run has it."""
    from chaos.runtimes.cluster_lock import must_be_free
    from chaos.runtimes.compose_project import find_running
    from chaos.runtimes.docker_engine import connect

    try:
        engine = await asyncio.to_thread(connect)
    except ClusterError:
        return None
    project = await asyncio.to_thread(find_running, engine, wanted())
    if project and alone:
        await asyncio.to_thread(must_be_free, engine, project.name)
    return project


@contextmanager
def starting() -> Iterator[None]:
    """One start at a time in one state directory. Raises `ClusterError` when there is another."""
    state = state_directory()
    state.parent.mkdir(parents=True, exist_ok=True)
    try:
        with exclusive(state.with_name(f"{state.name}.starting")):
            yield
    except HeldError as error:
        raise ClusterError(f"another start is under way ({error}); wait for it, or set LAB_STATE") from error


def _nothing_is_up() -> str:
    what = f"nothing called {wanted()!r} is up" if wanted() else "nothing is up"
    return f"{what}; start one with `./lab up`"


async def start_local(shape: Shape, settings: CommonSettings) -> None:
    """Start a supervisor and wait until its cluster takes writes. Raises `ClusterError` with what it said.

    Whoever breaks that off has no cluster.
    """
    shutil.rmtree(state_directory(), ignore_errors=True)  # of one that was killed
    state_directory().mkdir(parents=True)
    supervisor = _supervisor(shape, settings)
    try:
        await asyncio.to_thread(_wait_until_ready, supervisor)  # and hear meanwhile who asks to end
    except BaseException:
        supervisor.terminate()
        supervisor.wait()
        shutil.rmtree(state_directory(), ignore_errors=True)
        raise


def _supervisor(shape: Shape, settings: CommonSettings) -> "subprocess.Popen[str]":
    port = USUAL_PORT if is_free(USUAL_PORT) else 0
    command = [
        *(sys.executable, "-m", "chaos.runtimes.supervisor"),
        *("--shape", msgspec.json.encode(shape).decode()),
        *("--settings", msgspec.json.encode(settings).decode()),
        *("--port", str(port)),
    ]
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        text=True,
        start_new_session=True,
    )


def _wait_until_ready(supervisor: subprocess.Popen[str]) -> None:
    assert supervisor.stdout
    said = []
    for line in supervisor.stdout:
        if line.strip() == READY:
            return
        said.append(line)
    raise ClusterError(f"the cluster did not start:\n{''.join(said).strip()}")


async def stop() -> str | None:
    """End the cluster that any other command would find; returns its name, None when there is none."""
    local = await find_local()
    if local is not None and wanted() in (None, local.name):
        await local.stop()
        return local.name
    project = await _project(alone=True)
    if project is None:
        return None
    from chaos.runtimes.reaper import remove_compose

    await asyncio.to_thread(remove_compose, project.name)
    return project.name


async def start_compose(shape: Shape, settings: CommonSettings) -> str:
    """`docker compose up` of this shape with these settings; returns how to watch its logs.

    Raises `ClusterError`. From then on that one is `wanted`: this process means no other.
    """
    from chaos.runtimes.compose_layout import COMPOSE_FILE
    from chaos.runtimes.compose_project import must_be_ours
    from chaos.runtimes.docker_engine import compose, connect

    file, here = _compose_file(shape), ("--project-directory", str(ROOT))
    name = json.loads(compose(*here, "config", "--format", "json", file=file))["name"]
    await asyncio.to_thread(must_be_ours, connect(), name)
    up = (*here, "--project-name", name, "up", "--detach", "--wait")
    compose(*up, file=file, environment=ports_instead(shape))
    os.environ[PROJECT_VARIABLE] = name
    cluster = await find_compose()
    assert cluster, "docker compose says that it is up"
    try:
        await cluster.configure(settings)
    finally:
        await cluster.close()
    named = "" if file == COMPOSE_FILE else f" --file {file} --project-name {name}"
    return f"docker compose{named} logs -f"


def _compose_file(shape: Shape) -> Path:
    """The one that is checked in, if it is of this shape, else another one in the state directory."""
    from chaos.runtimes.compose_file import compose_text
    from chaos.runtimes.compose_layout import COMPOSE_FILE

    if shape == DEFAULT:
        return COMPOSE_FILE
    file = state_directory() / "docker-compose.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(compose_text(shape), encoding="utf-8")
    return file


def ports_instead(shape: Shape) -> dict[str, str]:
    """For each port of the Compose file that is taken here, the variable that moves it to any free one."""
    from chaos.runtimes.compose_file import port_variables, usual_ports

    ports = dict(zip(port_variables(shape), usual_ports(shape), strict=True))
    return {name: "" for name, port in ports.items() if name not in os.environ and not is_free(port)}


def is_free(port: int) -> bool:
    """Can somebody listen on this port of 127.0.0.1?"""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
