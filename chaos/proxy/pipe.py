"""One direction of one connection: from the socket that reads, through the toxics, to the one that writes.

The pipe also keeps memory bounded: it stops reading from the sender while the receiver is slow, while
too much waits in a stage, and until the receiver is connected at all.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from chaos.proxy.metrics import ByteCount
from chaos.proxy.records import Toxic
from chaos.proxy.toxics import TOXICS
from chaos.proxy.toxics.stage import Data, End, Outlet, Stage


class _Held:
    """Stands in for a receiver that is not connected yet."""

    def __init__(self) -> None:
        self._data: list[Data] = []
        self._end: End | None = None

    def feed(self, data: Data) -> None:
        self._data.append(data)

    def end(self, how: End) -> None:
        self._end = how

    def release(self, sink: Outlet) -> None:
        for data in self._data:
            sink.feed(data)
        if self._end:
            sink.end(self._end)


class Pipe:
    """Carries `Data` from `feed` to the sink; `hold_back(True)` asks the sender to pause."""

    def __init__(self, count: ByteCount) -> None:
        self.count = count
        self.hold_back: Callable[[bool], None] = lambda hold: None
        self._stages: dict[str, Stage[Any]] = {}  # by toxic, in chain order
        self._spared: set[str] = set()  # toxics that this connection's draw let off
        self._held = _Held()
        self._sink: Outlet = self._held
        self._head: Outlet = self._sink
        self._sink_ready = False
        self._holding = False

    def feed(self, data: bytes) -> None:
        """Bytes that the sender's socket has read."""
        self.count.received += len(data)
        self._head.feed(data)
        if self._stages or not self._sink_ready:
            self._regulate()

    def end(self, how: End) -> None:
        """The sender has finished, or is gone."""
        self._head.end(how)

    def connect(self, sink: Outlet) -> None:
        """The receiver is there: give it what came early and everything from here on."""
        self._sink = sink
        self._link()
        self._held.release(sink)
        self.sink_ready(True)

    def sink_ready(self, ready: bool) -> None:
        """Whether the receiver's socket takes more at the moment."""
        self._sink_ready = ready
        self._regulate()

    def apply(self, toxic: Toxic, random: Random) -> None:
        """Put `toxic` at the end of the chain, or let it go on as it is now if it is there already.

        The first draw from `random` decides whether this connection is struck at all.
        """
        struck = random.random() < toxic.toxicity
        stage = self._stages.get(toxic.name)
        if stage is None:
            stage = self._stages[toxic.name] = TOXICS[toxic.type](toxic.attributes, random, self._regulate)
        stage.halt()
        stage.attributes, stage.random = toxic.attributes, random
        if struck:
            self._spared.discard(toxic.name)
            self._link()
            stage.start()
        else:
            stage.flush()
            self._spared.add(toxic.name)
            self._link()
        self._regulate()

    def remove(self, name: str) -> None:
        """Take a toxic out of the chain; what waited in it goes on at once."""
        self._stages[name].remove()
        del self._stages[name]
        self._spared.discard(name)
        self._link()
        self._regulate()

    def abandon(self) -> None:
        """Stop every clock: the connection is gone."""
        for stage in self._stages.values():
            stage.halt()

    def _link(self) -> None:
        outlet = self._sink
        for name, stage in reversed(self._stages.items()):
            stage.out = outlet
            if name not in self._spared:
                outlet = stage
        self._head = outlet

    def _regulate(self) -> None:
        full = any(stage.waiting_bytes > stage.capacity_bytes for stage in self._stages.values())
        hold = full or not self._sink_ready
        if hold != self._holding:
            self._holding = hold
            self.hold_back(hold)
