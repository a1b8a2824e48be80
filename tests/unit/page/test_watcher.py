"""One look serves all pages, and nobody looks while there is none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from chaos.cluster import HEALTHY, Cluster, ClusterError, Event
from chaos.cluster.links import Link, all_links
from chaos.page.values import words
from chaos.page.watcher import Watcher
from chaos.runtimes.simulated import virtual
from tests.unit.page.seeing import DOORS, REPLICAS, follower, leader, others

PATIENCE_S = 30


class Memory:
    """A cluster in memory that counts how often it is looked at."""

    name, runtime, abilities = "local-1", "local", frozenset({"links", "kill"})
    replicas, devices, partitions, spares = REPLICAS, (), (), ()
    doors = gateways = dict.fromkeys(DOORS, "http://127.0.0.1:1")
    addresses = doors
    links = all_links(REPLICAS, DOORS)

    def __init__(self) -> None:
        self.accounts = {each["node"]: each for each in (leader(), follower("n2"), follower("n3"), *others())}
        self.looks = 0
        self.read: list[str] = []
        self.said: list[Event] = []
        self.is_gone = False

    async def process_state(self, node: str) -> str:
        if self.is_gone:
            raise ClusterError("the cluster was shut down meanwhile")
        return "running"

    async def status(self, node: str) -> dict[str, Any]:
        self.looks += node == "n1"
        return self.accounts[node]

    async def link_state(self, link: Link) -> Any:
        return HEALTHY

    async def contents(self, node: str) -> dict[str, Any]:
        self.read.append(node)
        if node == "n3":
            raise ClusterError("n3 has just died")
        return {"registers": {"x": 7}, "siblings": {"y": [1, "b"]}, "sets": {"s": [1]}}

    def events(self) -> list[Event]:
        return self.said


@pytest.fixture(autouse=True)
def _apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LAB_STATE", str(tmp_path))


def watched(memory: Memory) -> Watcher:
    @asynccontextmanager
    async def find() -> AsyncIterator[Cluster]:
        yield cast(Cluster, memory)

    return Watcher(find)


def run(memory: Memory, scene: Any) -> None:
    async def played() -> None:
        watcher = watched(memory)
        watching = asyncio.create_task(watcher.watch())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await scene(watcher)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    virtual.run(played())


async def first_picture(watcher: Watcher) -> Any:
    async with aclosing(watcher.changes()) as changes:
        async for kind, shown in changes:
            if kind == "picture":
                return shown
    raise AssertionError("the stream has ended")


def test_ten_pages_cost_no_more_looks_than_one() -> None:
    memory = Memory()

    async def scene(watcher: Watcher) -> None:
        shown = await asyncio.gather(*(first_picture(watcher) for _ in range(10)))
        assert {each["picture"]["headline"] for each in shown} == {"n1 leads, epoch 1."}

    run(memory, scene)
    assert memory.looks <= 2


def test_without_a_page_nobody_looks() -> None:
    memory = Memory()

    async def scene(watcher: Watcher) -> None:
        await asyncio.sleep(0.1)
        assert memory.looks == 0
        await first_picture(watcher)
        assert watcher.pages == 0
        looks = memory.looks
        watcher.look_now()
        await asyncio.sleep(0.6)
        assert memory.looks <= looks + 1  # one may have been under way

    run(memory, scene)


def test_each_line_is_told_once_and_a_later_page_gets_those_before() -> None:
    memory = Memory()
    memory.said = [Event(1.0, "n1", "promoted", {"role": "leader", "epoch": 1})]

    async def scene(watcher: Watcher) -> None:
        for _ in range(2):
            async with aclosing(watcher.changes()) as changes:
                lines = [each async for each in _until_lines(changes)][-1]
            assert [line["text"] for line in lines] == ["promoted role=leader epoch=1"]

    run(memory, scene)


def test_what_goes_on_beside_is_told_to_every_page_also_to_a_later_one() -> None:
    async def scene(watcher: Watcher) -> None:
        await watcher.tell("load", {"number": 1})
        async with aclosing(watcher.changes()) as first, aclosing(watcher.changes()) as second:
            for changes in (first, second):
                assert await _next(changes, "load") == {"number": 1}
            await watcher.tell("load", {"number": 2})
            await watcher.tell("run", {"name": "a"})
            assert await _next(first, "load") == {"number": 2}
            assert await _next(first, "run") == {"name": "a"}

    run(Memory(), scene)


async def _next(changes: AsyncIterator[tuple[str, Any]], event: str) -> Any:
    async for kind, document in changes:
        if kind == event:
            return document
    raise AssertionError("the stream has ended")


async def _until_lines(changes: AsyncIterator[tuple[str, Any]]) -> AsyncIterator[Any]:
    async for kind, shown in changes:
        if kind == "lines":
            yield shown
            return


def test_a_cluster_that_is_gone_is_looked_for_again() -> None:
    memory = Memory()
    memory.is_gone = True

    async def scene(watcher: Watcher) -> None:
        async with aclosing(watcher.changes()) as changes:
            async for _, shown in changes:
                if "gone" in shown:
                    assert "shut down" in shown["gone"]
                    memory.is_gone = False
                elif "picture" in shown:
                    return

    run(memory, scene)


def test_what_replicas_hold_under_a_key_is_looked_at_only_for_whoever_wants_to_know() -> None:
    memory = Memory()

    async def scene(watcher: Watcher) -> None:
        assert (await first_picture(watcher))["values"] == {}
        assert memory.read == []
        async with aclosing(watcher.changes("y")) as other, aclosing(watcher.changes("x")) as changes:
            await anext(other)
            async for kind, shown in changes:
                if kind == "picture" and "x" in shown["values"]:
                    assert shown["values"]["x"] == {"n1": "7", "n2": "7", "n3": "?"}
                    assert shown["values"]["y"]["n1"] == '1 | "b"'
                    return

    run(memory, scene)


def test_words_for_what_is_held() -> None:
    held = {"registers": {"x": "long" * 30}, "siblings": {}, "sets": {"s": [1, 2]}}
    assert words(held, "s") == "[1, 2]"
    assert words(held, "none") == "nothing"
    assert len(words(held, "x")) == 40 and words(held, "x").endswith("…")
