"""A node's status and tally as Prometheus metrics."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.messages import Status
from services.messages.leaderless import HomeStatus
from services.messages.single_leader import LeadStatus

Labels: TypeAlias = tuple[str, ...]


def page(status: Status, requests: Mapping[Labels, int]) -> bytes:
    """The page, in the text format."""
    registry = CollectorRegistry()
    registry.register(_Page(status, requests))
    return generate_latest(registry)


class _Page(Collector):
    """A collector made for one answer."""

    def __init__(self, status: Status, requests: Mapping[Labels, int]) -> None:
        self._status, self._requests_so_far = status, requests

    def collect(self) -> Iterator[Metric]:
        """Every metric at this moment."""
        status, lead = self._status, self._status.detail
        yield _gauge("lab_role", "1 for the role that the node plays now", ["role"], {(status.role,): 1})
        yield _gauge("lab_owes", "What is still to be delivered or decided", [], {(): status.owes})
        if isinstance(lead, LeadStatus):
            yield from _of_leading(lead)
        if isinstance(lead, HomeStatus):
            yield from _of_a_home(lead)
        yield self._requests()

    def _requests(self) -> Metric:
        family = CounterMetricFamily("lab_requests", "Requests answered", labels=["route", "outcome"])
        for labels, count in sorted(self._requests_so_far.items()):
            family.add_metric(labels, count)
        return family


def _of_leading(lead: LeadStatus) -> Iterator[Metric]:
    """The metrics of a node in a single-leader group."""
    yield _gauge("lab_epoch", "The newest epoch that the node knows", [], {(): lead.epoch})
    yield _gauge("lab_log_position", "Where its log ends", [], {(): lead.position.sequence})
    yield _gauge("lab_acknowledged", "Up to where clients were answered", [], {(): lead.acknowledged})
    own: dict[Labels, float] = {} if lead.lag_s is None else {(): lead.lag_s}
    yield _gauge("lab_lag_seconds", "How far behind its leader it is, at most", [], own)
    lags = {(name,): lag for name, lag in lead.lags.items()}
    positions: dict[Labels, float] = {name: lag.positions for name, lag in lags.items()}
    seconds: dict[Labels, float] = {name: lag.seconds for name, lag in lags.items()}
    yield _gauge("lab_follower_lag_positions", "Entries that it lacks", ["follower"], positions)
    yield _gauge("lab_follower_lag_seconds", "Since it lacks the first of them", ["follower"], seconds)


def _of_a_home(home: HomeStatus) -> Iterator[Metric]:
    """The metrics of a home of keys, or of a coordinator."""
    behind: dict[Labels, float] = {} if home.behind_ms is None else {(): home.behind_ms / 1000}
    lacked: dict[Labels, float] = {} if home.lacked is None else {(): home.lacked}
    yield _gauge("lab_behind_seconds", "It has all that was acknowledged longer ago", [], behind)
    yield _gauge("lab_keys_lacked", "Keys that differed when it was compared last", [], lacked)
    yield _gauge("lab_keys", "Keys that it holds, deleted ones included", [], {(): home.keys})
    yield _gauge("lab_siblings_most", "Values that a key has had at most", [], {(): home.most_siblings})
    yield _gauge("lab_hints", "Writes that it keeps for other homes", [], {(): home.hints})


def _gauge(name: str, meaning: str, labels: Sequence[str], values: Mapping[Labels, float]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=labels)
    for label_values, value in values.items():
        family.add_metric(label_values, value)
    return family
