"""What this machine has and what it lacks, for each runtime, with the remedy beside it."""

import platform
import shlex
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chaos.cluster import ClusterError

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """One thing that `runtime` needs or could use; `remedy` says what to do when it is not there."""

    runtime: str
    what: str
    there: bool
    detail: str
    remedy: str = ""


def examine() -> Iterator[Finding]:
    """Look at everything, cheap things first; changes nothing."""
    yield _python()
    yield _loopback()
    yield _cache_server()
    engine, detail = _ask(_engine_version)
    yield Finding("compose", "a container engine", engine, detail, "start Docker; `--on local` needs none")
    composes, detail = _ask(_compose_command)
    yield Finding("compose", "the compose plugin", composes, detail, detail)
    if engine:
        yield from map(_image, _images())
        yield from _left_behind()
    yield _left_directories()
    yield from map(_port, _published())
    yield _program("tests", "toxiproxy-server", "the proxy suite runs on the embedded proxy alone without it")
    yield _program("images --offline", "go", "the embedded proxy stands in for Toxiproxy's image without it")
    yield _program("images --offline", "mmdebstrap", "apt install mmdebstrap")


def _python() -> Finding:
    fits = sys.version_info >= OLDEST_PYTHON
    return Finding("local", "Python", fits, platform.python_version(), "install Python 3.11 or newer")


def _loopback() -> Finding:
    with socket.socket() as listener:
        try:
            listener.bind(("127.0.0.1", 0))
        except OSError as error:
            return Finding("local", "free ports on 127.0.0.1", False, str(error), "let the lab listen there")
    return Finding("local", "free ports on 127.0.0.1", True, "any free ones are taken")


def _cache_server() -> Finding:
    from services.adapters.redis_server import server_program

    what = "a Valkey or Redis server, for caches"
    try:
        return Finding("local", what, True, server_program())
    except FileNotFoundError as error:
        return Finding("local", what, False, str(error), str(error))


def _left_directories() -> Finding:
    from chaos.runtimes.leftovers import directories

    left = [*map(str, directories())]
    remedy = f"`rm -r {shlex.join(left)}`"
    return Finding("local", "no directories of killed runs", not left, ", ".join(left) or "nothing", remedy)


def _port(port: int) -> Finding:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            remedy = (
                "end what listens there (a cluster that is up already does), or move the port by LAB_PORT_…"
            )
            return Finding("docker compose up", f"port {port}", False, "in use", remedy)
    return Finding("docker compose up", f"port {port}", True, "free")


def _published() -> tuple[int, ...]:
    """The ports of this machine that `docker compose up` takes, unless somebody moves them."""
    from chaos.runtimes.compose_file import usual_ports

    return usual_ports()


def _left_behind() -> Iterator[Finding]:
    from chaos.runtimes.docker_engine import connect
    from chaos.runtimes.left_behind import left_behind

    found = left_behind(connect())
    for project, parts in found.items():
        remedy = f"if no run is under way: ./lab doctor --remove {project}"
        yield Finding("compose", f"nothing left of {project}", False, parts, remedy)
    if not found:
        yield Finding("compose", "nothing left of runs", True, "no container, network or volume")


def _program(runtime: str, name: str, remedy: str) -> Finding:
    path = shutil.which(name)
    return Finding(runtime, name, path is not None, path or "not on the PATH", remedy)


def _ask(question: Callable[[], str]) -> tuple[bool, str]:
    try:
        return True, question()
    except ClusterError as error:
        return False, str(error)


def _engine_version() -> str:
    from chaos.runtimes.docker_engine import connect

    return f"Docker {connect().version()['Version']}"


def _compose_command() -> str:
    from chaos.runtimes.docker_engine import compose_command

    return " ".join(compose_command())


def _images() -> tuple[str, ...]:
    from chaos.images import redis, toxiproxy

    return "replication-lab:latest", toxiproxy.IMAGE, redis.IMAGE


def _image(name: str) -> Finding:
    from chaos.runtimes.docker_engine import connect

    there = bool(connect().images.list(name=name))
    remedy = "./lab images (without a registry: ./lab images --offline)"
    return Finding("compose", f"image {name}", there, "built" if there else "missing", remedy)
