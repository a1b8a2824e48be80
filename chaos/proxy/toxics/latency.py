"""Delay everything by a fixed time, give or take some jitter.

Bytes that arrive while others wait keep their distance to them: the delay counts from each one's own
arrival, as on a long cable. Only order is stricter than on a cable: nothing overtakes.
"""

from dataclasses import dataclass

from chaos.proxy.toxics.queue import Queue


@dataclass(frozen=True)
class LatencyAttributes:
    """Milliseconds; the delay is drawn evenly from `latency - jitter` to `latency + jitter`."""

    latency: int = 0
    jitter: int = 0


class Latency(Queue[LatencyAttributes]):
    """A long cable; up to `capacity_bytes` are under way on it."""

    default = LatencyAttributes()
    capacity_bytes = 4 * 1024 * 1024

    def due_s(self, size: int, arrived_s: float) -> float:
        """A delay after the arrival."""
        jitter_ms = max(0, self.attributes.jitter)
        drawn_ms = self.random.uniform(-jitter_ms, jitter_ms) if jitter_ms else 0
        return arrived_s + (self.attributes.latency + drawn_ms) / 1000
