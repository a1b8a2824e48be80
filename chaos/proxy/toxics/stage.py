"""One toxic at work on one direction of one connection, as a link of a chain.

Toxiproxy runs a goroutine per toxic, joined by channels; to change the chain it must interrupt each
of them, which is where removing a toxic can hang its whole API. Here a stage never waits: it gets
bytes pushed into it and pushes bytes on, now or from a timer, so any change to the chain is an
ordinary function call that returns at once.
"""

import asyncio
from collections.abc import Callable
from enum import Enum, auto
from random import Random
from typing import ClassVar, Generic, Protocol, TypeAlias, TypeVar

Data: TypeAlias = bytes | memoryview
Attributes = TypeVar("Attributes")


class End(Enum):
    """How a direction ends, from the mildest to the harshest; it travels down the chain behind the data."""

    EOF = auto()  # the sender has finished; the other direction goes on
    CLOSE = auto()  # the connection is to be closed once everything is written
    RESET = auto()  # both sides are to see a reset


class Outlet(Protocol):
    """Whatever stands behind a stage: the next stage, or the socket that receives."""

    def feed(self, data: Data) -> None:
        """Take bytes, in order."""

    def end(self, how: End) -> None:
        """Take the end; nothing comes behind it."""


class Stage(Generic[Attributes]):
    """Passes everything on; a toxic overrides what it does differently.

    `attributes` holds the toxic's current parameters, `random` the draws of this connection and
    direction alone, `out` what stands behind. Whoever lets go of waiting bytes calls `relieved`.
    """

    default: ClassVar[object]  # the attributes, an instance of the toxic's parameter record
    capacity_bytes: ClassVar[int] = 64 * 1024  # the sender is held back while more than this waits

    def __init__(self, attributes: Attributes, random: Random, relieved: Callable[[], None]) -> None:
        self.attributes = attributes
        self.random = random
        self.relieved = relieved
        self.out: Outlet
        self.ended = False
        self.waiting_bytes = 0
        self.timer: asyncio.TimerHandle | None = None

    def feed(self, data: Data) -> None:
        """Take bytes from the stage before."""
        if not self.ended:
            self.out.feed(data)

    def end(self, how: End) -> None:
        """Take the end from the stage before, or decide on it; from here on nothing passes."""
        if not self.ended:
            self.ended = True
            self.out.end(how)

    def start(self) -> None:
        """Begin, or begin again with changed attributes."""

    def halt(self) -> None:
        """Stop the clock and keep what waits."""
        if self.timer:
            self.timer.cancel()
            self.timer = None

    def flush(self) -> None:
        """Stop the clock and let everything that waits go at once."""
        self.halt()

    def remove(self) -> None:
        """The toxic is taken away from this connection."""
        self.flush()

    def call_later(self, delay_s: float, action: Callable[[], None]) -> None:
        """Run `action` in `delay_s` seconds unless halted before; one at a time."""
        self.halt()
        self.timer = asyncio.get_running_loop().call_later(delay_s, action)
