"""Bytes in and out of each proxy and direction, and what the process itself takes, for Prometheus.

Bytes are counted as they pass; the Go server adds a connection's bytes only when it ends.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Labels:
    """What is counted apart."""

    direction: str
    listener: str
    proxy: str
    upstream: str

    def __str__(self) -> str:
        return ",".join(f'{name}="{_escaped(value)}"' for name, value in vars(self).items())


@dataclass
class ByteCount:
    """Bytes taken from the sender, and written to the receiver."""

    received: int = 0
    sent: int = 0


class Metrics:
    """All counts since the start; those of proxies that are gone stay, as counters must not go back."""

    def __init__(self) -> None:
        self._counts: dict[Labels, ByteCount] = {}

    def count(self, labels: Labels) -> ByteCount:
        """The count for `labels`, to be added to."""
        return self._counts.setdefault(labels, ByteCount())

    def exposition(self) -> str:
        """All counts in Prometheus' text format, version 0.0.4."""
        return "".join(line + "\n" for name in ("received", "sent") for line in self._family(name))

    def _family(self, name: str) -> Iterator[str]:
        metric = f"toxiproxy_proxy_{name}_bytes_total"
        yield f"# HELP {metric} Bytes {name} by the proxy."
        yield f"# TYPE {metric} counter"
        for labels, count in self._counts.items():
            yield f"{metric}{{{labels}}} {getattr(count, name)}"


def of_this_process() -> Callable[[], str]:
    """What gives processor time, memory, open files and garbage collection in the same format."""
    from prometheus_client import GC_COLLECTOR, CollectorRegistry, ProcessCollector, generate_latest

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(GC_COLLECTOR)
    return lambda: generate_latest(registry).decode()


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
