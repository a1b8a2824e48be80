"""One cluster goes while the next one comes, and however it ends all of them have gone."""

import asyncio

import pytest

from chaos.cluster import ClusterError
from chaos.cluster.undisturbed import undisturbed
from chaos.commands.in_turn import Group, in_turn

GOING_S = 0.01


class Clusters:
    """Writes down when each begins, is over and has gone."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def group(self, name: str, fails: bool = False) -> Group:
        async def play(over: asyncio.Event) -> None:
            self.told.append(f"{name} begins")
            try:
                await asyncio.sleep(0)
                if fails:
                    raise ClusterError(name)
                over.set()
            finally:
                with undisturbed():
                    await asyncio.sleep(GOING_S)
                    self.told.append(f"{name} has gone")

        return play


async def test_the_next_one_begins_as_the_one_before_goes() -> None:
    clusters = Clusters()
    await in_turn([clusters.group("a"), clusters.group("b")])
    assert clusters.told == ["a begins", "b begins", "a has gone", "b has gone"]


async def test_who_fails_is_the_last_and_nobody_is_left() -> None:
    clusters = Clusters()
    with pytest.raises(ClusterError, match="b"):
        await in_turn([clusters.group("a"), clusters.group("b", fails=True), clusters.group("c")])
    assert sorted(clusters.told) == ["a begins", "a has gone", "b begins", "b has gone"]


async def test_nobody_is_left_when_nobody_wants_more() -> None:
    clusters = Clusters()

    async def works(over: asyncio.Event) -> None:
        clusters.told.append("b begins")
        try:
            await asyncio.sleep(60)
        finally:
            clusters.told.append("b has gone")

    playing = asyncio.ensure_future(in_turn([clusters.group("a"), works]))
    while "b begins" not in clusters.told:
        await asyncio.sleep(0)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert sorted(clusters.told) == ["a begins", "a has gone", "b begins", "b has gone"]
