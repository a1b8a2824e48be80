"""However toxics come, change and go, a pipe neither loses, repeats nor reorders a byte."""

import asyncio
from dataclasses import dataclass, field
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chaos.proxy.metrics import ByteCount
from chaos.proxy.pipe import Pipe
from chaos.proxy.records import Toxic
from chaos.proxy.toxics.bandwidth import BandwidthAttributes
from chaos.proxy.toxics.latency import LatencyAttributes
from chaos.proxy.toxics.limit_data import LimitDataAttributes
from chaos.proxy.toxics.noop import NoopAttributes
from chaos.proxy.toxics.slicer import SlicerAttributes
from chaos.proxy.toxics.slow_close import SlowCloseAttributes
from chaos.proxy.toxics.stage import Data, End

LOSSLESS: dict[str, list[Any]] = {
    "bandwidth": [BandwidthAttributes(rate=0), BandwidthAttributes(rate=5000)],
    "latency": [LatencyAttributes(latency=2, jitter=2), LatencyAttributes(latency=600_000)],
    "noop": [NoopAttributes()],
    "slicer": [SlicerAttributes(average_size=3, size_variation=5), SlicerAttributes(2, 0, 600_000_000)],
    "slow_close": [SlowCloseAttributes(delay=600_000)],
}


@dataclass
class Receiver:
    """Whatever arrives at the end of a pipe."""

    data: bytearray = field(default_factory=bytearray)
    ends: list[End] = field(default_factory=list)

    def feed(self, data: Data) -> None:
        assert not self.ends
        self.data += data

    def end(self, how: End) -> None:
        self.ends.append(how)


def toxic(kind: str, attributes: object, toxicity: float = 1.0, name: str = "t") -> Toxic:
    return Toxic(name, kind, "upstream", toxicity, attributes)


KINDS = st.sampled_from([(kind, choice) for kind, choices in LOSSLESS.items() for choice in choices])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("feed"), st.binary(min_size=1, max_size=20)),
        st.tuples(st.just("put"), st.tuples(KINDS, st.sampled_from([0.0, 0.5, 1.0]))),
        st.tuples(st.just("remove"), st.integers(0, 9)),
        st.tuples(st.just("wait"), st.integers(0, 2)),
        st.tuples(st.just("connect"), st.none()),
    ),
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(steps=STEPS, seed=st.integers(0, 2**32))
def test_nothing_is_lost_repeated_or_reordered(steps: list[tuple[str, object]], seed: int) -> None:
    asyncio.run(drive(steps, Random(seed)))


async def drive(steps: list[tuple[str, object]], random: Random) -> None:
    pipe, receiver = Pipe(ByteCount()), Receiver()
    sent, there = bytearray(), dict[str, str]()
    connected = False
    for step, value in steps:
        if step == "feed" and isinstance(value, bytes):
            sent += value
            pipe.feed(value)
        elif step == "put" and isinstance(value, tuple):
            (kind, attributes), toxicity = value
            there[kind] = kind
            pipe.apply(toxic(kind, attributes, toxicity, name=kind), random)
        elif step == "remove" and isinstance(value, int) and there:
            pipe.remove(there.popitem()[0])
        elif step == "wait" and isinstance(value, int):
            await asyncio.sleep(value / 1000)
        elif step == "connect" and not connected:
            connected = True
            pipe.connect(receiver)
        assert sent.startswith(receiver.data)
    pipe.end(End.EOF)
    for name in there:
        pipe.remove(name)
    if not connected:
        pipe.connect(receiver)
    assert receiver.data == sent
    assert receiver.ends == [End.EOF]


async def test_the_sender_is_held_back_until_the_receiver_is_connected() -> None:
    pipe, held = Pipe(ByteCount()), list[bool]()
    pipe.hold_back = held.append
    pipe.feed(b"early")
    pipe.connect(Receiver())
    assert held == [True, False]


async def test_the_sender_is_held_back_while_a_toxic_is_full() -> None:
    pipe, held = Pipe(ByteCount()), list[bool]()
    pipe.connect(Receiver())
    pipe.hold_back = held.append
    pipe.apply(toxic("bandwidth", BandwidthAttributes(rate=0)), Random(1))
    pipe.feed(bytes(100_000))
    pipe.remove("t")
    assert held == [True, False]


async def test_what_follows_an_end_made_by_a_toxic_is_dropped() -> None:
    pipe, receiver = Pipe(ByteCount()), Receiver()
    pipe.connect(receiver)
    pipe.apply(toxic("limit_data", LimitDataAttributes(bytes=3)), Random(1))
    pipe.apply(toxic("latency", LatencyAttributes(latency=600_000), name="behind"), Random(1))
    pipe.feed(b"12345")
    pipe.feed(b"more")
    pipe.remove("behind")
    assert receiver.data == b"123"
    assert receiver.ends == [End.CLOSE]


async def test_bytes_are_counted_on_both_sides_of_the_toxics() -> None:
    count = ByteCount()
    pipe = Pipe(count)
    pipe.apply(toxic("bandwidth", BandwidthAttributes(rate=0)), Random(1))
    pipe.feed(b"12345")
    assert count == ByteCount(received=5, sent=0)
