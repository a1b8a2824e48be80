"""Messages on which nobody could eavesdrop: what answers, logs and the growth of followers' logs tell."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from chaos.history import Event, History
from chaos.recording.recorder import Recorder
from chaos.report.hearsay import hearsay
from tests.unit.report.runs import Clock, by_hand

LEADERS = {1: "n1", 2: "n2"}


def look(at_ms: int, node: str, epoch: int, last: int) -> dict[str, Any]:
    role = "leader" if LEADERS[epoch] == node else "follower"
    return {"time": at_ms * 1_000_000, "node": node, "role": role, "epoch": epoch, "position": [epoch, last]}


def test_a_log_that_grew_between_two_looks_was_sent_by_its_leader(tmp_path: Path) -> None:
    looks = [
        *(look(100, "n1", 1, 4), look(100, "n2", 1, 3), look(200, "n1", 1, 9), look(200, "n2", 1, 7)),
        *(look(300, "n2", 2, 8), look(400, "n3", 2, 8), look(500, "n2", 2, 9), look(500, "n3", 2, 9)),
        *(look(600, "n3", 2, 9), {"time": 700_000_000, "node": "n3", "error": "gone"}),
    ]
    saved = replace(by_hand(tmp_path, events=()), samples=looks)
    shipped = [message for message in hearsay(saved) if message["kind"] == "append"]
    told = [(each["from"], each["to"], each["entries"]) for each in shipped]
    assert told == [("n1", "n2", 4), ("n2", "n3", 1)]
    between = [(each["time"] // 1_000_000, each["arrived"] // 1_000_000) for each in shipped]
    assert between == [(100, 200), (400, 500)]


def test_nothing_is_sent_over_a_link_that_is_cut(tmp_path: Path) -> None:
    events: list[Event] = []
    recorder = Recorder(events, Clock())  # 40 ms from event to event
    process = recorder.new_process()
    recorder.ok(recorder.invoke(process, "write", "x", 1, gateway="g1"), node="n1", epoch=1)
    recorder.nemesis("start-partition", {"grudge": {"n2": ["n1"]}})  # at 120 ms
    recorder.nemesis("stop-partition", {"grudge": {"n2": ["n1"]}})  # at 160 ms
    looks = [look(100, "n1", 1, 1), look(100, "n2", 1, 1), look(150, "n2", 1, 2), look(200, "n2", 1, 3)]
    saved = replace(by_hand(tmp_path, events=()), samples=looks, history=History.of(events))
    shipped = [message for message in hearsay(saved) if message["kind"] == "append"]
    between = [(each["time"] // 1_000_000, each["arrived"] // 1_000_000) for each in shipped]
    assert between == [(100, 120), (160, 200)]


def test_whoever_answered_was_asked_by_the_gateway(tmp_path: Path) -> None:
    saved = by_hand(tmp_path, events=())
    asked = [(each["from"], each["to"]) for each in hearsay(saved) if each["kind"] == "write"]
    assert asked == [("client", "g1"), ("g1", "n1"), ("client", "g1"), ("client", "g1")]


def test_values_that_no_log_has_tell_of_no_message(tmp_path: Path) -> None:
    """Among several leaders and without any the lab's looks name no position."""
    looks = [{**look(at_ms, "n2", 1, 1), "position": None} for at_ms in (100, 200)]
    saved = replace(by_hand(tmp_path, events=()), samples=looks)
    assert not [message for message in hearsay(saved) if message["kind"] == "append"]
