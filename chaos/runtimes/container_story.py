"""Writes what is done to a cluster of containers into its logs, where its nodes write what they do.

The cluster has a service for that, which prints what it is told. The engine carries the lines to its input,
so it needs no port in the cluster. A cluster without such a service is told nothing.
"""

from queue import SimpleQueue
from threading import Thread
from typing import Any

from docker.errors import DockerException
from docker.models.containers import Container

from chaos.cluster import ClusterError
from chaos.runtimes.compose_file import STORY
from chaos.runtimes.compose_project import ComposeProject

CLOSE_S = 5.0


class ContainerStory:
    """`tell` returns at once: the lines go out one after the other, from a thread of their own."""

    def __init__(self, project: ComposeProject) -> None:
        self._project = project
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._writer: Thread | None = None

    def tell(self, text: str) -> None:
        """Print `text` as one line."""
        if self._writer is None:
            self._writer = Thread(target=self._write, name="the cluster's story", daemon=True)
            self._writer.start()
        self._lines.put(" ".join(text.split()))

    def close(self) -> None:
        """Returns when everything is told, or nobody takes it."""
        if self._writer is not None:
            self._lines.put(None)
            self._writer.join(CLOSE_S)

    def _write(self) -> None:
        try:
            input_of = _Input(self._project.container(STORY))
        except (ClusterError, DockerException, OSError):
            return
        with input_of:
            while (line := self._lines.get()) is not None:
                try:
                    input_of.write(line)
                except OSError:  # it is gone, and whoever watched it
                    return


class _Input:
    """The standard input of a container, by way of the engine."""

    def __init__(self, container: Container) -> None:
        asked = {"stdin": 1, "stream": 1}
        self._reader: Any = container.attach_socket(params=asked)
        # The library wraps the sockets of this machine for reading only; one over TLS it gives as it is.
        self._socket: Any = getattr(self._reader, "_sock", self._reader)

    def __enter__(self) -> "_Input":
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()

    def write(self, line: str) -> None:
        """Raises `OSError` when the container is gone."""
        self._socket.sendall(f"{line}\n".encode())
