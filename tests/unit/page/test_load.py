"""The load by hand: clients run, checkers run along, and what they find is told with its proof."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from chaos.cluster import HEALTHY, Cluster, ClusterError
from chaos.cluster.links import Link, all_links
from chaos.page import chapter, load
from chaos.page.chapter import Rates
from chaos.page.load import Load
from chaos.workloads.client import ANYBODY, Answer, Caller, ClientError
from tests.unit.page.hearing import Heard
from tests.unit.page.seeing import DOORS, REPLICAS, follower, leader, others

PATIENCE_S = 100  # nothing here takes three; but a machine may have much to do
SOME = Rates(100, 100)


class Memory:
    """A cluster and its client in one: registers in memory, of which a test can spoil what it likes."""

    name, runtime, abilities = "local-1", "local", frozenset({"links", "kill"})
    replicas, devices, partitions, companions, spares = REPLICAS, (), (), (), ()
    with_data = REPLICAS
    doors = gateways = dict.fromkeys(DOORS, "http://127.0.0.1:1")
    addresses = doors
    links = all_links(REPLICAS, DOORS)

    def __init__(self) -> None:
        self.values: dict[str, Any] = {"mine": 7}
        self.old: dict[str, Any] = {}
        self.is_stale = self.is_gone = self.is_closed = self.refuses = False
        self.settings: dict[str, Any] = {"family": "single-leader"}
        self.number = 0
        self.callers: list[Caller] = []

    async def put(self, gateway: str, key: str, value: Any, caller: Caller = ANYBODY) -> Answer:
        if self.refuses:
            raise ClientError(True, "no-leader: nobody leads")
        self.callers.append(caller)
        self.old[key], self.values[key] = self.values.get(key), value
        self.number += 1
        return Answer("n1", 1, [1, self.number], context="known")

    async def get(self, gateway: str, key: str, caller: Caller = ANYBODY) -> Answer:
        held = self.old if self.is_stale and self.old.get(key) else self.values
        return Answer("n2", 1, [1, self.number], held.get(key))

    async def close(self) -> None:
        self.is_closed = True

    async def process_state(self, node: str) -> str:
        return "running"

    async def revive_proxy(self) -> str:
        return "running"

    async def must_have_settled(self) -> None: ...

    async def status(self, node: str) -> dict[str, Any]:
        accounts = {each["node"]: each for each in (leader(), follower("n2"), follower("n3"), *others())}
        return {**accounts[node], "settings": self.settings}

    async def link_state(self, link: Link) -> Any:
        return HEALTHY

    async def contents(self, node: str) -> dict[str, Any]:
        return {"registers": self.values, "sets": {}, "epoch": 1, "position": [1, self.number]}


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Memory:
    monkeypatch.setenv("LAB_STATE", str(tmp_path))
    memory = Memory()
    monkeypatch.setattr(load, "HttpClient", lambda *_: memory)
    monkeypatch.setattr(load, "JUDGE_S", 0.02)
    return memory


class Scene(Heard):
    """The load in front of `memory`, and what it told."""

    def __init__(self, memory: Memory) -> None:
        super().__init__("load")

        @asynccontextmanager
        async def find() -> AsyncIterator[Cluster]:
            if memory.is_gone:
                raise ClusterError("nothing is up")
            yield cast(Cluster, memory)

        self.load = Load(self.hear, find)


def run(memory: Memory, play: Any) -> None:
    async def played() -> None:
        scene = Scene(memory)
        before = asyncio.all_tasks()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await play(scene)
        finally:
            await scene.load.close()
        assert asyncio.all_tasks() == before

    asyncio.run(played())


def names(shown: dict[str, Any]) -> set[str]:
    return {alarm["name"] for alarm in shown["alarms"]}


def verdicts(shown: dict[str, Any]) -> dict[str, bool | None]:
    return {check["name"]: check["found"] for check in shown["checks"]}


def operations_judged(shown: dict[str, Any]) -> int:
    found = re.search(r"(\d+) operations judged", shown["words"])
    return int(found[1]) if found else 0


def test_a_stale_read_is_told_with_its_proof_while_the_load_goes_on(memory: Memory) -> None:
    async def play(scene: Scene) -> None:
        assert await scene.load.set(SOME) == "100 writes and 100 reads a second"
        shown = await scene.until(lambda shown: any(check["found"] is False for check in shown["checks"]))
        assert not shown["alarms"] and shown["state"] == "running"
        memory.is_stale = True
        shown = await scene.until(lambda shown: "stale-read" in names(shown))
        [alarm] = [each for each in shown["alarms"] if each["name"] == "stale-read"]
        assert "asked n2" in alarm["proof"] and "is written" in alarm["proof"]
        assert len(alarm["operations"]) == 2
        more = await scene.until(lambda shown: shown["alarms"][0]["count"] > alarm["count"] + 5)
        [later] = [each for each in more["alarms"] if each["name"] == "stale-read"]
        assert later["proof"] == alarm["proof"] and str(later["count"]) in later["title"]
        assert "stale-read" in scene.load.found

    run(memory, play)
    assert memory.is_closed


def test_nothing_is_sent_any_more_once_it_is_stopped(memory: Memory) -> None:
    async def play(scene: Scene) -> None:
        await scene.load.set(SOME)
        await scene.until(lambda shown: "0 writes acknowledged, 0 reads" not in shown["words"])
        assert await scene.load.set(Rates()) == "the load is stopped"
        assert scene.shown["state"] == "stopped" and scene.shown["writes_per_s"] == 0
        number = memory.number
        await asyncio.sleep(0.1)
        assert memory.number == number
        assert scene.load.last_rates == SOME

    run(memory, play)


def test_another_rate_goes_on_in_the_same_history_on_new_keys(memory: Memory) -> None:
    async def play(scene: Scene) -> None:
        await scene.load.set(SOME)
        first = await scene.until(lambda shown: bool(shown["keys"]))
        await scene.load.set(Rates(200, 0))
        second = await scene.until(lambda shown: shown["writes_per_s"] == 200)
        assert first["number"] == second["number"] and first["keys"] != second["keys"]

    run(memory, play)


def test_only_when_every_replica_was_read_a_write_counts_as_lost(memory: Memory) -> None:
    async def play(scene: Scene) -> None:
        await scene.load.set(SOME)
        await scene.until(lambda shown: memory.number > 20)
        await scene.load.set(Rates())
        assert "lost-write" not in verdicts(scene.shown)
        memory.values = {"mine": 7}
        said = await scene.load.conclude()
        assert "lost" in said and "lost-write" in names(scene.shown)
        assert scene.shown["state"] == "stopped"
        with pytest.raises(ClusterError, match="start one first"):
            await scene.load.conclude()

    run(memory, play)


def test_what_others_wrote_is_no_anomaly_of_the_load(memory: Memory) -> None:
    async def play(scene: Scene) -> None:
        await scene.load.set(SOME)
        await scene.until(lambda shown: memory.number > 20)
        assert await scene.load.conclude() == "every replica was read: no anomaly"
        found = verdicts(scene.shown)
        assert found["lost-write"] is False and found["diverged-replicas"] is False

    run(memory, play)


def test_a_full_history_gives_way_to_a_new_one_and_findings_stay(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chapter, "MOST_OPERATIONS", 60)

    async def play(scene: Scene) -> None:
        memory.is_stale = True
        await scene.load.set(SOME)
        shown = await scene.until(lambda shown: "stale-read" in names(shown))
        memory.is_stale = False
        await scene.until(lambda later: later["keys"][:9] != shown["keys"][:9])
        later = await scene.until(lambda later: 0 < operations_judged(later) < 40)  # of the new one
        assert "stale-read" in names(later) and later["number"] == shown["number"]
        (alarm,) = (each for each in later["alarms"] if each["name"] == "stale-read")
        (check,) = (each for each in later["checks"] if each["name"] == "stale-read")
        assert (check["found"], check["words"]) == (True, f"stale-read: {alarm['count']}")

    run(memory, play)


def test_a_cluster_that_is_gone_ends_the_load_and_says_why(memory: Memory) -> None:
    async def play(scene: Scene) -> None:
        await scene.load.set(SOME)
        memory.is_gone = True
        shown = await scene.until(lambda shown: shown["state"] == "stopped")
        assert shown["words"] == "the load has ended: nothing is up"
        with pytest.raises(ClusterError, match="nothing is up"):
            await scene.load.set(SOME)
        memory.is_gone = False
        await scene.load.set(SOME)
        assert (await scene.until(lambda shown: shown["state"] == "running"))["number"] > shown["number"]

    run(memory, play)


@pytest.mark.parametrize(
    ("settings", "knowing"),
    [
        ({"family": "leaderless", "versions": "dotted-vectors"}, True),
        ({"family": "leaderless", "versions": "last-write-wins"}, False),
        ({"family": "multi-leader"}, True),
        ({"family": "single-leader"}, False),
    ],
)
def test_where_versions_are_kept_clients_say_what_they_know(
    memory: Memory, settings: dict[str, Any], knowing: bool
) -> None:
    memory.settings = settings

    async def play(scene: Scene) -> None:
        await scene.load.set(Rates(300, 0))
        await scene.until(lambda _: memory.number > 200)

    run(memory, play)
    assert any(caller.context for caller in memory.callers) == knowing


def test_refusals_are_counted(memory: Memory) -> None:
    memory.refuses = True

    async def play(scene: Scene) -> None:
        await scene.load.set(Rates(100, 0))
        await scene.until(lambda shown: re.search(r" [1-9]\d* refused", shown["words"]) is not None)

    run(memory, play)
