"""A node's status and tally as metrics of Prometheus."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.messages import Status

Labels: TypeAlias = tuple[str, ...]


def page(status: Status, requests: Mapping[Labels, int]) -> bytes:
    """The page, in the text format."""
    registry = CollectorRegistry()
    registry.register(_Page(status, requests))
    return generate_latest(registry)


class _Page(Collector):
    """Made for one answer."""

    def __init__(self, status: Status, requests: Mapping[Labels, int]) -> None:
        self._status, self._requests_so_far = status, requests

    def collect(self) -> Iterator[Metric]:
        """Every metric of this moment."""
        status = self._status
        yield _gauge("lab_role", "1 for the role that the node plays now", ["role"], {(status.role,): 1})
        yield _gauge("lab_epoch", "The newest epoch that the node knows", [], {(): status.epoch})
        yield _gauge("lab_log_position", "Where its log ends", [], {(): status.position.sequence})
        yield _gauge("lab_acknowledged", "Up to where clients were answered", [], {(): status.acknowledged})
        own: dict[Labels, float] = {} if status.lag_s is None else {(): status.lag_s}
        yield _gauge("lab_lag_seconds", "How far behind its leader it is, at most", [], own)
        lags = {(name,): lag for name, lag in status.lags.items()}
        positions: dict[Labels, float] = {name: lag.positions for name, lag in lags.items()}
        seconds: dict[Labels, float] = {name: lag.seconds for name, lag in lags.items()}
        yield _gauge("lab_follower_lag_positions", "Entries that it lacks", ["follower"], positions)
        yield _gauge("lab_follower_lag_seconds", "Since it lacks the first of them", ["follower"], seconds)
        yield self._requests()

    def _requests(self) -> Metric:
        family = CounterMetricFamily("lab_requests", "Requests answered", labels=["route", "outcome"])
        for labels, count in sorted(self._requests_so_far.items()):
            family.add_metric(labels, count)
        return family


def _gauge(name: str, meaning: str, labels: Sequence[str], values: Mapping[Labels, float]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for label_values, value in values.items():
        family.add_metric(label_values, value)
    return family
