"""Random draws: the same on every machine and in every run, and distributed as the toxics say."""

from itertools import pairwise
from random import Random

import pytest

from chaos.cluster.seeds import child
from chaos.proxy.toxics.latency import Latency, LatencyAttributes
from chaos.proxy.toxics.packet_loss import PacketLoss, PacketLossAttributes
from chaos.proxy.toxics.slicer import Slicer, SlicerAttributes
from chaos.proxy.toxics.stage import Data, End

CHUNKS = 4000


class Counter:
    """Marks which chunks arrive."""

    def __init__(self) -> None:
        self.arrived: set[int] = set()

    def feed(self, data: Data) -> None:
        self.arrived.add(int(bytes(data)))

    def end(self, how: End) -> None:
        raise AssertionError("packet loss ends nothing")


def losses(loss_rate: float, correlation: float, seed: int = 1) -> list[bool]:
    stage = PacketLoss(PacketLossAttributes(loss_rate, correlation), Random(seed), lambda: None)
    stage.out = counter = Counter()
    for number in range(CHUNKS):
        stage.feed(b"%d" % number)
    return [number not in counter.arrived for number in range(CHUNKS)]


def test_children_are_stable_and_independent() -> None:
    assert child(7, "n1-n2", 3).random() == 0.5400384032124427
    draws = {
        child(*path).random() for path in ((7, "a", 1), (7, "a", 2), (7, "b", 1), (8, "a", 1), (7, "a", "1"))
    }
    assert len(draws) == 5


@pytest.mark.parametrize("loss_rate", [0.0, 0.1, 0.5, 1.0])
def test_packet_loss_loses_at_its_rate(loss_rate: float) -> None:
    assert sum(losses(loss_rate, 0.0)) / CHUNKS == pytest.approx(loss_rate, abs=0.03)


def test_correlation_makes_losses_come_in_bursts() -> None:
    lost = losses(0.1, 0.6)
    after_a_loss = [after for before, after in pairwise(lost) if before]
    assert sum(after_a_loss) / len(after_a_loss) == pytest.approx(0.7, abs=0.05)


def test_the_same_draws_lose_the_same_chunks() -> None:
    assert losses(0.3, 0.3, seed=5) == losses(0.3, 0.3, seed=5)
    assert losses(0.3, 0.3, seed=5) != losses(0.3, 0.3, seed=6)


def test_jitter_is_drawn_evenly_around_the_latency() -> None:
    stage = Latency(LatencyAttributes(latency=100, jitter=40), Random(1), lambda: None)
    delays_s = [stage.due_s(1, arrived_s=10.0) - 10.0 for _ in range(CHUNKS)]
    assert min(delays_s) >= 0.06
    assert max(delays_s) <= 0.14
    assert sum(delays_s) / CHUNKS == pytest.approx(0.1, abs=0.002)


@pytest.mark.parametrize(("average", "variation"), [(100, 0), (100, 30), (1, 5), (100, 500)])
def test_slices_keep_their_average_and_are_never_empty(average: int, variation: int) -> None:
    stage = Slicer(SlicerAttributes(average, variation, 0), Random(1), lambda: None)
    sizes = [stage.size(head_bytes=10_000) for _ in range(CHUNKS)]
    assert min(sizes) >= max(1, average - variation)
    assert max(sizes) <= average + variation
    if variation < average:
        assert sum(sizes) / CHUNKS == pytest.approx(average, rel=0.02)
    assert stage.size(head_bytes=1) == 1
