"""A tombstone goes once every home is known to have it, and not before."""

import asyncio
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

    async def send(self, to: str, message: Message, timeout_s: float) -> Message:
        held = self.held[to]
        if held is None:
            raise LabError("timed-out", f"{to} is away")
        if isinstance(message, DropTombstone):
            self.held[to] = () if held == message.versions else held
            return Stored(node=to)
        assert isinstance(message, FetchVersions)
        return Fetched(node=to, versions=held)


def collected(node: str, homes: Homes) -> bool:
    async def run() -> bool:
        tasks = Tasks()
        env: Any = SimpleNamespace(node=node, tasks=tasks)
        settings = LeaderlessSettings(tombstones="after-repair")
        part = Collecting(
            env, settings, lambda: iter(()), lambda _: HOMES, homes.send, _never, lambda *_, **__: None
        )
        return await part._collect("x", GONE)

    return virtual.run(run())


class Tasks:
    """Runs what is spawned."""

    def spawn(self, name: str, work: Any) -> None:
        self.last = asyncio.ensure_future(work)


async def _never(key: str, versions: Versions) -> None:
    raise AssertionError("no home drops it by itself")


def test_all_have_it() -> None:
    homes = Homes(n1=GONE, n2=GONE, n3=GONE)
    assert collected("n1", homes)
    assert homes.held == {"n1": (), "n2": (), "n3": ()}


@pytest.mark.parametrize("third", [VALUE, (), None])
def test_one_lacks_it_or_is_away(third: Versions | None) -> None:
    homes = Homes(n1=GONE, n2=GONE, n3=third)
    assert not collected("n1", homes)
    assert homes.held["n1"] == GONE


def test_only_the_first_home_asks() -> None:
    assert not collected("n2", Homes(n1=GONE, n2=GONE, n3=GONE))
