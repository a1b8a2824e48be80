"""Pass no more than so many kilobytes a second (1 KB = 1000 bytes)."""

import math
from dataclasses import dataclass
from time import monotonic

from chaos.proxy.toxics.queue import Queue

PIECE_MS = 10  # a piece is what the line carries in this time, so that bytes trickle instead of jumping


@dataclass(frozen=True)
class BandwidthAttributes:
    """KB/s; at 0 nothing passes."""

    rate: int = 0


class Bandwidth(Queue[BandwidthAttributes]):
    """A thin line: each piece occupies it for as long as its bytes take at the rate."""

    default = BandwidthAttributes()
    _line_free_s = 0.0

    def start(self) -> None:
        """The line is free from now on: no credit for a time at another rate."""
        self._line_free_s = monotonic()
        super().start()

    def size(self, head_bytes: int) -> int:
        """What the line carries in `PIECE_MS`."""
        bytes_per_ms = self.attributes.rate
        return max(1, min(head_bytes, bytes_per_ms * PIECE_MS))

    def due_s(self, size: int, arrived_s: float) -> float:
        """When the last of the bytes has got through."""
        if self.attributes.rate <= 0:
            return math.inf
        self._line_free_s = max(self._line_free_s, arrived_s) + size / (self.attributes.rate * 1000)
        return self._line_free_s
