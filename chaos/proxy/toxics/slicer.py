"""Cut data into small pieces with a pause behind each, as a bad network or a slow sender would.

Receivers that take one read for one message break on this.
"""

from dataclasses import dataclass

from chaos.proxy.toxics.queue import Queue


@dataclass(frozen=True)
class SlicerAttributes:
    """Bytes, bytes, and microseconds; a size of 0 leaves data whole."""

    average_size: int = 0
    size_variation: int = 0
    delay: int = 0


class Slicer(Queue[SlicerAttributes]):
    """One slice, one write, one pause."""

    default = SlicerAttributes()
    _pause_over_s = 0.0

    def size(self, head_bytes: int) -> int:
        """A slice drawn evenly from `average_size - size_variation` to `average_size + size_variation`."""
        if self.attributes.average_size <= 0:
            return head_bytes
        variation = max(0, self.attributes.size_variation)
        drawn = self.attributes.average_size + self.random.randint(-variation, variation)
        return max(1, min(head_bytes, drawn))

    def due_s(self, size: int, arrived_s: float) -> float:
        """When the pause behind the slice before is over."""
        due_s = max(self._pause_over_s, arrived_s)
        self._pause_over_s = due_s + max(0, self.attributes.delay) / 1e6
        return due_s
