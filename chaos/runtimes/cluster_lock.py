"""One run at a time on a cluster of containers, whoever asks, from anywhere.

The cluster's engine holds the lock: a container with a special name, which only one can have. It runs `cat`,
whose input is a connection of the lab to the engine. However the lab dies, that connection ends, and with it
the container, which the engine then removes. So the lock never outlives its holder.
"""

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from docker import DockerClient
from docker.errors import APIError, NotFound

from chaos.cluster import ClusterError

LOCK_LABEL, HOLDER_LABEL = "lab.lock", "lab.holder"
CONFLICT = 409
SETTLES_S, POLL_S = 10.0, 0.1  # for a lock that is just being taken or let go


class HeldError(ClusterError):
    """A run has the cluster; the text says who, and what helps."""


@contextmanager
def held(engine: DockerClient, project: str, image: str) -> Iterator[None]:
    """Hold the lock of `project` while the block lasts; `image` has a `cat`. Raises `HeldError`."""
    name = _make(engine, project, image)
    try:
        connection = engine.api.attach_socket(name, params={"stdin": 1, "stream": 1})
        try:
            engine.api.start(name)
            yield
        finally:
            connection.close()
    finally:
        with suppress(APIError):  # it is gone with its input
            engine.api.remove_container(name, force=True)


def must_be_free(engine: DockerClient, project: str) -> None:
    """Raise `HeldError` if a run has the cluster `project`: a fault by hand would spoil its verdict."""
    labels = [f"{LOCK_LABEL}={project}"]
    for lock in engine.containers.list(ignore_removed=True, filters={"label": labels}):
        raise _held_by(project, lock.labels.get(HOLDER_LABEL, "somebody"))


def _make(engine: DockerClient, project: str, image: str) -> str:
    """The name of the lock, which is ours now and does not run yet."""
    name, deadline = f"{project}-in-use", time.monotonic() + SETTLES_S
    while True:
        try:
            _create(engine, name, project, image)
        except APIError as error:
            if error.status_code != CONFLICT:
                raise ClusterError(f"the engine made no lock for {project}: {error.explanation}") from error
            _make_way(engine, name, project, time.monotonic() > deadline)
            time.sleep(POLL_S)
        else:
            return name


def _create(engine: DockerClient, name: str, project: str, image: str) -> None:
    holder = f"process {os.getpid()} on {socket.gethostname()}, {' '.join(sys.argv)}"
    engine.api.create_container(
        image,
        entrypoint=["cat"],
        command=[],
        name=name,
        stdin_open=True,  # which ends with the first connection to it
        labels={LOCK_LABEL: project, HOLDER_LABEL: holder},
        host_config=engine.api.create_host_config(
            auto_remove=True,
            network_mode="none",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
            mem_limit="32m",
            pids_limit=16,
        ),
    )


def _make_way(engine: DockerClient, name: str, project: str, is_late: bool) -> None:
    """Raise `HeldError` if it runs. One that never began to, for its holder died before, is removed."""
    try:
        found = engine.api.inspect_container(name)
    except NotFound:
        return
    if found["State"]["Running"]:
        raise _held_by(project, found["Config"]["Labels"].get(HOLDER_LABEL, "somebody"))
    if is_late:
        with suppress(APIError):
            engine.api.remove_container(name, force=True)


def _held_by(project: str, holder: str) -> HeldError:
    return HeldError(
        f"the cluster {project} is in use by {holder}; wait until that run is over, or use `--on local`, "
        "where each run has a cluster of its own"
    )
