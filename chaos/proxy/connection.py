"""A client, the upstream dialled for it, and the two pipes between them."""

import asyncio
from collections.abc import Callable, Mapping

from chaos.proxy.addresses import split
from chaos.proxy.endpoint import Endpoint
from chaos.proxy.metrics import ByteCount
from chaos.proxy.pipe import Pipe
from chaos.proxy.records import Direction


class Connection:
    """Lives from the accept until both sockets are gone, then calls `on_closed`.

    The upstream is dialled while the client already waits; when nobody answers there, the client is
    closed.
    """

    def __init__(
        self, upstream: str, counts: Mapping[Direction, ByteCount], on_closed: Callable[[], None]
    ) -> None:
        self.pipes = {direction: Pipe(counts[direction]) for direction in Direction}
        up, down = self.pipes[Direction.UPSTREAM], self.pipes[Direction.DOWNSTREAM]
        self.client = Endpoint(inbound=down, outbound=up, on_lost=self._endpoint_lost)
        self._server = Endpoint(inbound=up, outbound=down, on_lost=self._endpoint_lost)
        self.client.peer, self._server.peer = self._server, self.client
        self._on_closed = on_closed
        self._dialling = asyncio.get_running_loop().create_task(self._dial(upstream))

    def abort(self) -> None:
        """Close both sockets now and forget what is under way."""
        self._give_up_dialling()
        for pipe in self.pipes.values():
            pipe.abandon()
        self.client.abort()
        self._server.abort()

    async def _dial(self, upstream: str) -> None:
        try:
            host, port = split(upstream)
            await asyncio.get_running_loop().create_connection(lambda: self._server, host, port)
        except (OSError, ValueError):
            self.client.close()

    def _give_up_dialling(self) -> None:
        """Stop the dial, unless the upstream is there: then its own end ends the connection.

        uvloop never calls `connection_lost` of a transport whose dial is cancelled after
        `connection_made`, so such a connection would stay here for ever.
        """
        if self._server.transport is None:
            self._dialling.cancel()

    def _endpoint_lost(self) -> None:
        if self.client.lost:
            self._give_up_dialling()
            if self._server.lost or self._server.transport is None:
                self._on_closed()
