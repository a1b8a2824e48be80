"""The proxy as a program, which starts and ends like `toxiproxy-server`.

Its one line on standard output says where it listens and with which seed; whoever starts it waits for
that line. With `--lease-stdin` it lives no longer than whoever holds the other end of its standard
input, even if that one is killed without a chance to clean up.
"""

import asyncio
import contextlib
import os
import resource
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

import uvicorn

from chaos.proxy import addresses, bodies
from chaos.proxy.api import Api
from chaos.proxy.collection import Collection
from chaos.proxy.errors import ApiError
from chaos.proxy.handlers import VERSION, Handlers
from chaos.proxy.metrics import Metrics, of_this_process
from chaos.proxy.options import Options, parsed
from chaos.proxy.records import ProxySettings

STDIN = 0
FILES = 10_240  # macOS allows a process no more, whatever its limit says


class StartError(Exception):
    """The proxy cannot start; the text says what to change."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the proxy until it is told to stop; returns the exit code."""
    options = parsed(arguments)
    if options.version:
        print(f"toxiproxy-server version {VERSION}")
        return 0
    return run(options)


def run(options: Options) -> int:
    """Run the proxy until SIGINT, SIGTERM or the end of its lease; returns the exit code."""
    try:
        proxies = _configured(options.config)
        _raise_file_limit()
        with asyncio.Runner(loop_factory=_loop_factory()) as runner, contextlib.suppress(KeyboardInterrupt):
            runner.run(_serve(options, proxies))
    except StartError as error:
        print(f"proxy: {error}", file=sys.stderr)
        return 2
    return 0


async def _serve(options: Options, proxies: Sequence[tuple[ProxySettings, bool]]) -> None:
    seed = secrets.randbits(32) if options.seed is None else options.seed
    metrics = Metrics()
    collection = Collection(seed, metrics)
    listener = await _api_socket(options)
    try:
        await _populate(collection, proxies)
        api = Api(Handlers(collection, _exposition(metrics, options)), options.allow_hosts)
        server = _Server(_http_settings(api))
        if options.lease_stdin:
            _when_stdin_ends(lambda: setattr(server, "should_exit", True))
        print(f"toxiproxy API listening on {addresses.bound(listener)} seed={seed}", flush=True)
        await server.serve(sockets=[listener])
    finally:
        listener.close()
        await collection.close()


class _Server(uvicorn.Server):
    """Ends well when it is told to: uvicorn would raise the signal once more, and so end by it."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Answer what is being asked, then stop."""
        self.should_exit = True


def _exposition(metrics: Metrics, options: Options) -> Callable[[], str] | None:
    """What `/metrics` shows; None: there is no such page."""
    parts: list[Callable[[], str]] = []
    if options.metrics:
        parts.append(metrics.exposition)
    if options.runtime_metrics:
        parts.append(of_this_process())
    return (lambda: "".join(part() for part in parts)) if parts else None


async def _api_socket(options: Options) -> socket.socket:
    try:
        return await addresses.listen(addresses.join(options.host, options.port))
    except addresses.AddressError as error:
        raise StartError(f"{error}; choose another --host or --port") from error


async def _populate(collection: Collection, proxies: Sequence[tuple[ProxySettings, bool]]) -> None:
    try:
        await collection.populate(proxies, [])
    except ApiError as error:
        raise StartError(f"--config: {error}; change the address of that proxy") from error


def _configured(config: Path | None) -> list[tuple[ProxySettings, bool]]:
    if config is None:
        return []
    try:
        return bodies.new_proxies(config.read_bytes())
    except (OSError, ApiError) as error:
        raise StartError(f"--config {config}: {error}") from error


def _http_settings(api: Api) -> uvicorn.Config:
    return uvicorn.Config(
        api,
        http="httptools",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=60,  # as long as Toxiproxy: a client must not find its idle connection closed
        timeout_graceful_shutdown=1,
    )


def _raise_file_limit() -> None:
    """Each connection takes two files, and some systems begin with no more than 256."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _when_stdin_ends(action: Callable[[], None]) -> None:
    """Run `action` on the event loop once nobody can write to standard input any more."""
    loop = asyncio.get_running_loop()

    def wait() -> None:
        while os.read(STDIN, 4096):
            pass
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            loop.call_soon_threadsafe(action)

    threading.Thread(target=wait, name="lease", daemon=True).start()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # no build for this platform: slower, otherwise the same
        return None
    return uvloop.new_event_loop
