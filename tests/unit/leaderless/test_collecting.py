"""A tombstone goes once every home is known to have it, and not before."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chaos.runtimes.simulated import virtual
from services.errors import LabError
from services.leaderless.collecting import Collecting
from services.messages import Message
from services.messages.leaderless import DropTombstone, Fetched, FetchVersions, Stored
from services.messages.versions import Stamp, Version, Versions
from services.settings.leaderless import LeaderlessSettings

HOMES = ("n1", "n2", "n3")
GONE: Versions = (Version(Stamp(2, "g1"), deleted=True),)
VALUE: Versions = (Version(Stamp(1, "g1"), "back again"),)


class Homes:
    """What each of them has of x; None: it is away."""

    def __init__(self, **held: Versions | None) -> None:
        self.held = held

    @property
    def all_dropped(self) -> bool:
        return all(held == () for held in self.held.values())

    async def send(self, to: str, message: Message, timeout_s: float) -> Message:
        held = self.held[to]
        if held is None:
            raise LabError("timed-out", f"{to} is away")
        if isinstance(message, DropTombstone):
            self.held[to] = () if held == message.versions else held
            return Stored(node=to)
        assert isinstance(message, FetchVersions)
        return Fetched(node=to, versions=held)


GRACE_S = 1.0
LOOK_S = GRACE_S / 4  # between two looks at what there is


def collected(node: str, homes: Homes, late: Versions | None = None, at_s: float = 0.0) -> float | None:
    """When all have dropped it, from the beginning; at `at_s` n3 comes to hold `late`."""

    async def run() -> float | None:
        loop = asyncio.get_running_loop()
        env: Any = SimpleNamespace(node=node, tasks=Tasks(), clock=Clock())
        settings = LeaderlessSettings(tombstones="after-repair", tombstone_grace_ms=1000)
        part = Collecting(env, settings, cells, lambda _: HOMES, homes.send, _never, lambda *_, **__: None)
        task = asyncio.ensure_future(part.run())
        if late is not None:
            loop.call_later(at_s, lambda: homes.held.update(n3=late))
        began_s = loop.time()
        while loop.time() < began_s + 10 * GRACE_S:
            await asyncio.sleep(0.01)
            if homes.all_dropped:
                break
        task.cancel()
        return loop.time() - began_s if homes.all_dropped else None

    def cells() -> Iterator[tuple[str, Versions]]:
        return iter([("x", homes.held[node] or ())])

    return virtual.run(run())


class Clock:
    """Its wall clock is of no use to anybody here."""

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Tasks:
    """Runs what is spawned."""

    def spawn(self, name: str, work: Any) -> None:
        self.last = asyncio.ensure_future(work)


async def _never(key: str, versions: Versions) -> None:
    raise AssertionError("no home drops it by itself")


def test_all_have_it_for_long_enough() -> None:
    """As long as the first home has it, and then as long again; a look comes a little later each time."""
    after_s = collected("n1", Homes(n1=GONE, n2=GONE, n3=GONE))
    assert after_s is not None
    assert 2 * GRACE_S <= after_s <= 2 * GRACE_S + 3 * LOOK_S


@pytest.mark.parametrize("third", [VALUE, (), None])
def test_one_lacks_it_or_is_away(third: Versions | None) -> None:
    homes = Homes(n1=GONE, n2=GONE, n3=third)
    assert collected("n1", homes) is None
    assert homes.held["n1"] == GONE


@pytest.mark.parametrize("third", [VALUE, None])
def test_the_last_one_to_get_it_may_have_sent_the_value_a_moment_ago(third: Versions | None) -> None:
    homes = Homes(n1=GONE, n2=GONE, n3=third)
    at_s = 3 * GRACE_S
    after_s = collected("n1", homes, late=GONE, at_s=at_s)
    assert after_s is not None
    assert at_s + GRACE_S <= after_s <= at_s + GRACE_S + 3 * LOOK_S


def test_another_delete_counts_anew() -> None:
    again: Versions = (Version(Stamp(3, "g1"), deleted=True),)
    homes = Homes(n1=again, n2=again, n3=GONE)
    assert collected("n1", homes) is None


def test_only_the_first_home_asks() -> None:
    assert collected("n2", Homes(n1=GONE, n2=GONE, n3=GONE)) is None
