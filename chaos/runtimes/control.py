"""A cluster held by one process and used by others: its methods over a unix socket.

One line of JSON each way, one connection per call. What a method takes and returns is read from the `Cluster`
protocol itself, so there is no second list to maintain. The socket is in a directory that only this user may
enter.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from chaos.cluster import Ability, Cluster, ClusterError, WrongUsageError

LONGEST_LINE = 1 << 28  # the contents of a replica are one line
LONGEST_PATH = 103  # bytes, in a unix socket's address on macOS; four more on Linux
CALLABLE = frozenset(
    name for name, method in vars(Cluster).items() if iscoroutinefunction(method) and name != "close"
)


class Call(msgspec.Struct, frozen=True):
    """Call `method` with `arguments`. Besides the cluster's own there are `describe` and `stop`."""

    method: str
    arguments: list[Any] = []


class Reply(msgspec.Struct, frozen=True):
    """The result, or the text of the `ClusterError`."""

    result: Any = None
    error: str | None = None
    wrong_usage: bool = False  # it is a `WrongUsageError`


class Description(msgspec.Struct, frozen=True):
    """What of a cluster is not a method."""

    name: str
    runtime: str
    abilities: list[Ability]
    replicas: list[str]
    gateways: dict[str, str]
    partitions: tuple[tuple[str, ...], ...] = ()
    devices: tuple[str, ...] = ()
    with_data: tuple[str, ...] = ()
    doors: dict[str, str] = {}
    addresses: dict[str, str] = {}
    spares: tuple[str, ...] = ()


@asynccontextmanager
async def controllable(cluster: Cluster, path: Path, stop: Callable[[], None]) -> AsyncIterator[None]:
    """Let other processes call `cluster`, or `stop`, through the socket `path` while the block runs.

    Who asked to stop gets no reply: the connection ends when this process does. Raises `ClusterError` when
    no socket can have that path.
    """

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):  # the other side has gone; it knows why
            call = msgspec.json.decode(await reader.readline(), type=Call)
            if call.method == "stop":
                stop()
                await reader.read()
                return
            writer.write(msgspec.json.encode(await _answer(cluster, call)) + b"\n")
            await writer.drain()
        writer.close()

    if len(bytes(path)) > LONGEST_PATH:
        raise ClusterError(
            f"{path} is too long a name for a socket (at most {LONGEST_PATH} bytes); "
            f"set TMPDIR to a shorter directory"
        )
    server = await asyncio.start_unix_server(serve, path, limit=LONGEST_LINE)
    try:
        yield
    finally:
        server.close()


async def _answer(cluster: Cluster, call: Call) -> Reply:
    if call.method == "describe":
        return Reply(_describe(cluster))
    if call.method not in CALLABLE:
        return Reply(error=f"a cluster has no method {call.method!r} to be called from outside")
    types = get_type_hints(getattr(Cluster, call.method))
    del types["return"]
    try:
        arguments = [msgspec.convert(a, t) for a, t in zip(call.arguments, types.values(), strict=True)]
        return Reply(await getattr(cluster, call.method)(*arguments))
    except (ClusterError, ValueError) as error:  # msgspec's ValidationError is a ValueError
        return Reply(error=str(error), wrong_usage=isinstance(error, WrongUsageError))


def _describe(cluster: Cluster) -> Description:
    return Description(
        cluster.name,
        cluster.runtime,
        sorted(cluster.abilities),
        list(cluster.replicas),
        dict(cluster.gateways),
        cluster.partitions,
        cluster.devices,
        cluster.with_data,
        dict(cluster.doors),
        dict(cluster.addresses),
        cluster.spares,
    )
