"""One node as one process: builds the ports, starts the node, and serves it until told to stop."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from random import Random

import uvicorn

from services.adapters.clock import SystemClock
from services.adapters.disk import FileDisk
from services.adapters.doors import listen, way_in
from services.adapters.frame_service import FrameService
from services.adapters.guards import Guards
from services.adapters.http import LabApplication, node_application
from services.adapters.incarnation import Incarnation
from services.adapters.log import LineLog
from services.adapters.network import FrameNetwork
from services.adapters.notes import Notebook
from services.adapters.patience import MOST_CONNECTIONS
from services.adapters.tasks import OrderedTasks
from services.messages import SERVED
from services.node import Node, when_there_is_room
from services.ports import Env
from services.roles import maker
from services.settings import NodeSettings

WITH_CLIENTS = ("gateway", "device")
ALLOCATED_FIRST = 10_000  # objects, before Python looks for garbage that reference counts have missed


def run(settings: NodeSettings) -> int:
    """Serve the node that `settings` describe until a signal; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        _must_have_programs(settings)
        listener = listen(settings.host, settings.port)
    except OSError as error:
        print(f"{settings.node}: {error}", file=sys.stderr)
        return 2
    _allow_many_connections()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(settings, listener))
    return 0


async def _serve(settings: NodeSettings, listener: socket.socket) -> None:
    clock = SystemClock()
    log = LineLog(settings.node, clock, settings.log_format, sys.stdout)
    disk = FileDisk(settings.data_dir)
    incarnation = Incarnation(disk)
    notebook = Notebook(settings.node)
    network = FrameNetwork(settings.links, settings.token, lambda: incarnation.name, notebook)

    def crashed(task: str, error: BaseException) -> None:
        log.event("crashed", task=task, exc_info=error)
        os._exit(1)  # after a bug in its background work, a node cannot be trusted

    tasks = OrderedTasks(crashed)
    env = Env(settings.node, clock, network, disk, Random(), tasks, log)
    if not clock.counts_sleep:
        log.event("no-clock-counts-sleep", reason="leases count only the time in which this machine is awake")
    node, application = await when_there_is_room(env, partial(_node, env, settings))
    await node.start()
    _collect_garbage_less_often()
    frames = FrameService(
        *(settings.role, SERVED[settings.role], node.handle, settings.token),
        *(log, application.tally.count, incarnation, notebook),
    )
    await _Server(way_in(Guards(application, settings, log), frames)).serve(sockets=[listener])
    await node.stop()
    await tasks.cancel_all()
    await network.close()
    disk.close()
    log.event("stopped")


async def _node(env: Env, settings: NodeSettings) -> tuple[Node, LabApplication]:
    """The node of the role, and its application. Loads only the role's own code."""
    if settings.role == "cache":
        from services.adapters.redis import RedisCache

        cache = RedisCache(env, settings)
        return cache, node_application(cache, settings)
    node = maker(settings.role)(env, settings)
    if settings.role in WITH_CLIENTS:
        from services.adapters.gateway_http import gateway_application
        from services.gateway.gateway import Gateway

        assert isinstance(node, Gateway)
        return node, gateway_application(node, settings)
    return node, node_application(node, settings)


def _collect_garbage_less_often() -> None:
    """Leave alone what is loaded by now, which stays: looking through it again costs a write some 4%."""
    gc.freeze()
    gc.set_threshold(ALLOCATED_FIRST)


def _must_have_programs(settings: NodeSettings) -> None:
    """Raise `FileNotFoundError` that says what a node of this role lacks on this machine, if anything."""
    if settings.role == "cache" and not settings.cache_server:
        from services.adapters.redis_server import server_program

        server_program()


def _allow_many_connections() -> None:
    """Raise the limit of open files, 256 on macOS, so that idle connections cannot use it up."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = 2 * MOST_CONNECTIONS
        if soft < wanted:
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """That of uvloop if it is installed."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


class _Server(uvicorn.Server):
    """uvicorn's server, except that a signal ends it with exit code 0 after the node has stopped."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let SIGTERM and SIGINT end the main loop; uvicorn would raise them again at the end."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.handle_exit)
        yield
