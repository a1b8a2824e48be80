"""The power switches of local nodes: endpoints of the lab's own process, which started the nodes.

It may kill its children whatever they do, so a paused node cannot keep its switch from working.
"""

import asyncio
import socket
import time
from collections.abc import Callable
from pathlib import Path

from chaos.runtimes.child import Child
from chaos.runtimes.log_book import LogBook
from services.adapters.switch import serve
from services.logline import LogLine, as_json
from services.power import PowerSwitch
from services.settings import NodeSettings

BACKLOG = 64


class Switchboard:
    """One switch a machine; `process(node)` is the process on it now, None where none was ever started."""

    def __init__(self, process: Callable[[str], Child | None], log_book: LogBook, token: str) -> None:
        self._process, self._log_book, self._token = process, log_book, token
        self._servers: list[asyncio.Server] = []

    async def add(self, node: str) -> str:
        """A switch for `node`; returns where it listens (host:port)."""
        log = _BookLog(node, self._log_book)
        switch = PowerSwitch(node, log, _ProcessPower(node, self._process))
        listener = socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)
        listener.setblocking(False)
        about = NodeSettings(
            node=node,
            role="switch",
            replicas=(node,),
            gateways=(),
            links={},
            data_dir=Path(),
            token=self._token,
        )
        self._servers.append(await serve(switch, about, log, listener))
        host, port = listener.getsockname()
        return f"{host}:{port}"

    def close(self) -> None:
        """From now on nobody listens."""
        for server in self._servers:
            server.close()


class _ProcessPower:
    """See `services.power.Power`."""

    def __init__(self, node: str, process: Callable[[str], Child | None]) -> None:
        self._node, self._process = node, process

    async def cut(self) -> bool:
        child = self._process(self._node)
        if child is None or child.state() == "dead":
            return False
        await child.kill()
        return True


class _BookLog:
    """The log port of a switch: into the lab's book, where the nodes' lines are."""

    def __init__(self, node: str, book: LogBook) -> None:
        self._node, self._book = node, book

    def event(self, event: str, **fields: object) -> None:
        self._book.add(self._node, as_json(LogLine(time.time(), self._node, event, fields)))
