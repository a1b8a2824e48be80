"""One proxy: a listening socket, the toxics on its two directions, and the connections through it."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict, replace
from random import Random
from typing import Any

from chaos.cluster.seeds import child
from chaos.proxy.addresses import BACKLOG, bound, listen
from chaos.proxy.connection import Connection
from chaos.proxy.metrics import ByteCount, Labels, Metrics
from chaos.proxy.records import Direction, ProxySettings, Toxic


class Proxy:
    """Starting and stopping is the collection's business; changes of toxics return at once.

    `seed` and the names of things decide every random draw: connections are numbered as they are
    accepted, changes of toxics as they are made.
    """

    def __init__(self, settings: ProxySettings, seed: int, metrics: Metrics) -> None:
        self.settings = settings
        self.toxics: dict[str, Toxic] = {}
        self._seed = seed
        self._metrics = metrics
        self._server: asyncio.Server | None = None
        self._connections: dict[int, Connection] = {}
        self._accepted = 0
        self._revisions: dict[str, int] = {}  # by toxic: how often it was set, over all its lives

    @property
    def enabled(self) -> bool:
        """Whether it listens."""
        return self._server is not None

    def as_json(self) -> dict[str, Any]:
        """The form that the API shows."""
        return {
            **asdict(self.settings),
            "enabled": self.enabled,
            "toxics": self.toxics_as_json(),
        }

    def toxics_as_json(self) -> list[dict[str, Any]]:
        """All toxics: those on the way up first, each direction in chain order."""
        return [toxic.as_json() for direction in Direction for toxic in self._chain(direction)]

    async def start(self) -> None:
        """Listen, unless it does already; raises `AddressError`."""
        if self._server:
            return
        listener = await listen(self.settings.listen)
        self.settings = replace(self.settings, listen=bound(listener))
        # The backlog once more, because `create_server` listens again, with one of its own.
        self._server = await asyncio.get_running_loop().create_server(
            self._accept, sock=listener, backlog=BACKLOG
        )

    def stop(self) -> None:
        """Refuse new connections and close those there are."""
        if self._server:
            self._server.close()
            self._server = None
        self._each(lambda number, connection: connection.abort())

    def set_toxic(self, toxic: Toxic) -> None:
        """Add `toxic`, or change the one of that name, on open connections too."""
        self.toxics[toxic.name] = toxic
        self._revisions[toxic.name] = self._revisions.get(toxic.name, 0) + 1
        self._each(
            lambda number, connection: connection.pipes[toxic.direction].apply(
                toxic, self._random(number, toxic)
            )
        )

    def remove_toxic(self, name: str) -> None:
        """Take a toxic away, from open connections too."""
        toxic = self.toxics.pop(name)
        self._each(lambda number, connection: connection.pipes[toxic.direction].remove(name))

    def _each(self, change: Callable[[int, Connection], None]) -> None:
        """Change every open connection; one that fails is closed, and the others are changed all the same.

        Whoever changes a toxic must find it changed everywhere, or the API would say one thing and half
        of the connections do another.
        """
        for number, connection in list(self._connections.items()):
            try:
                change(number, connection)
            except Exception as error:
                asyncio.get_running_loop().call_exception_handler(
                    {"message": f"connection {number} of {self.settings.name} is closed", "exception": error}
                )
                connection.abort()

    def _accept(self) -> asyncio.Protocol:
        self._accepted += 1
        number = self._accepted
        counts = {direction: self._count(direction) for direction in Direction}
        connection = Connection(self.settings.upstream, counts, lambda: self._closed(number))
        for toxic in self.toxics.values():
            connection.pipes[toxic.direction].apply(toxic, self._random(number, toxic))
        self._connections[number] = connection
        return connection.client

    def _closed(self, number: int) -> None:
        self._connections.pop(number, None)

    def _chain(self, direction: Direction) -> list[Toxic]:
        return [toxic for toxic in self.toxics.values() if toxic.direction is direction]

    def _random(self, number: int, toxic: Toxic) -> Random:
        revision = self._revisions[toxic.name]
        return child(self._seed, self.settings.name, number, toxic.direction.value, toxic.name, revision)

    def _count(self, direction: Direction) -> ByteCount:
        settings = self.settings
        labels = Labels(direction.value, settings.listen, settings.name, settings.upstream)
        return self._metrics.count(labels)
