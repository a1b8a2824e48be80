"""Writes and reads by hand: what is asked, and what is told."""

import asyncio
from typing import Any, cast

import pytest

from chaos.by_hand import asking
from chaos.by_hand.typed import value_of
from chaos.cluster import Cluster, ClusterError, Event
from chaos.page import requests
from chaos.page.lines import Lines, line
from chaos.page.requests import Asked, Users
from chaos.workloads.client import ANYBODY, Answer, Caller, ClientError
from services.errors import LabError


class Doors:
    """Two gateways and a replica; whoever writes without a context makes a sibling."""

    name, doors = "local-1", {"g1": "", "g2": ""}

    def __init__(self, *_: Any) -> None:
        self.contexts: list[str | None] = []
        self.fails: ClientError | None = None

    async def resolve(self, name: str) -> str:
        if name != "n1":
            raise ClusterError(f"nobody is called {name!r}")
        return name

    async def contents(self, node: str) -> dict[str, Any]:
        return {"registers": {"x": 7}, "siblings": {"y": [1, 2]}}

    async def put(self, door: str, key: str, value: Any, caller: Caller = ANYBODY) -> Answer:
        if self.fails:
            raise self.fails
        self.contexts.append(caller.context)
        return Answer("n1", 2, 9, context=f"after-{value}-at-{door}")

    async def get(self, door: str, key: str, caller: Caller = ANYBODY) -> Answer:
        return Answer("n1", 0, None, siblings=("a", "b"), by="n2", context="read")

    async def close(self) -> None:
        pass


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> Doors:
    doors = Doors()

    async def by_hand(order: Any, *given: Any) -> Any:
        return await order(cast(Cluster, doors), *given)

    monkeypatch.setattr(requests, "by_hand", by_hand)
    monkeypatch.setattr(asking, "HttpClient", lambda *_: doors)
    return doors


def ask(*asked: Asked) -> list[str]:
    async def all_of_them() -> list[str]:
        users = Users()
        return [await users.perform(each) for each in asked]

    return asyncio.run(all_of_them())


def test_whoever_writes_twice_at_a_door_knows_what_was_written_there(doors: Doors) -> None:
    told = ask(
        Asked("write", "g1", "x", "1"),
        Asked("write", "g1", "x", "2"),
        Asked("write", "g2", "x", "3"),
        Asked("write", "g1", "other", "4"),
    )
    assert doors.contexts == [None, "after-1-at-g1", None, None]
    assert told[0] == "x = 1: acknowledged by n1 (epoch 2, position 9)."


def test_a_read_tells_all_values_and_who_was_asked(doors: Doors) -> None:
    told = ask(Asked("read", "g2", "x"), Asked("write", "g2", "x", "c"))
    assert told[0] == (
        'x is 2 values at once, whose writers had not seen each other\'s: "a", "b", says n1, asked by n2.'
    )
    assert doors.contexts == ["read"]


def test_a_nodes_own_copy_is_read_and_not_written(doors: Doors) -> None:
    told = ask(*(Asked("read", "n1", key) for key in ("x", "y", "z")))
    assert told == [
        "n1 holds 7 under x.",
        "n1 holds 2 values at once, whose writers had not seen each other's: 1, 2 under y.",
        "n1 holds nothing under z.",
    ]
    with pytest.raises(ClusterError, match="clients write at a gateway"):
        ask(Asked("write", "n1", "x", "1"))
    with pytest.raises(ClusterError, match="nobody is called 'n9'"):
        ask(Asked("read", "n9", "x"))


@pytest.mark.parametrize(("definite", "words"), [(True, "certainly did not"), (False, "nobody knows")])
def test_a_failure_says_whether_it_may_have_happened(doors: Doors, definite: bool, words: str) -> None:
    doors.fails = ClientError(definite, "no-leader: nobody leads")
    with pytest.raises(ClusterError, match=f"nobody leads .*{words}"):
        ask(Asked("write", "g1", "x", "1"))


@pytest.mark.parametrize(
    ("text", "value"), [("7", 7), ("hello", "hello"), ('{"a": [1]}', {"a": [1]}), ("NaN", "NaN"), ("", "")]
)
def test_a_value_is_json_or_else_a_string(text: str, value: Any) -> None:
    assert value_of(text) == value


def test_what_cannot_be_stored_is_refused() -> None:
    with pytest.raises(LabError):
        value_of('{"a": 1, "a": 2}')


def test_lines_say_who_did_what() -> None:
    told = line(Event(1.5, "n1", "promoted", {"role": "leader", "epoch": 2}))
    assert (told.node, told.kind, told.text) == ("n1", "notable", "promoted role=leader epoch=2")
    cut = line(Event(1.5, "nemesis", "start-partition", {"what": "cut: n1 from everyone"}))
    assert (cut.node, cut.kind, cut.text) == ("by hand", "fault", "cut: n1 from everyone")
    assert line(Event(1.5, "n1", "started", {})).kind == "plain"


@pytest.mark.parametrize("event", ["conflict-recorded", "conflict-resolved", "conflict-merged"])
def test_a_conflict_is_a_highlight_but_not_when_it_comes_again_and_again(event: str) -> None:
    lines = Lines()

    def kind(time_s: float, node: str, key: str) -> str:
        return lines.line(Event(time_s, node, event, {"key": key, "kept": "1 2"})).kind

    assert kind(1.0, "n1", "x") == kind(1.1, "n2", "x") == kind(1.2, "n1", "y") == "conflict"
    assert [kind(at_s, "n1", "x") for at_s in (5.0, 9.0, 13.0)] == ["plain"] * 3  # as under load
    assert kind(20.0, "n1", "x") == "conflict"
    assert lines.line(Event(20.0, "n1", "promoted", {})).kind == "notable"
