"""People who type: where each sits, what is unique, and what a history is told of it."""

from random import Random
from typing import Any, cast

import pytest

from chaos.history import Event, History
from chaos.recording.recorder import Recorder
from chaos.runtimes.simulated import virtual
from chaos.workloads import editors
from chaos.workloads.client import ANYBODY, Answer, Caller, ClientError
from services.errors import LabError
from services.multi_leader.documents.keystrokes import keystroke_in
from services.texts.splices import apply
from tests.world.virtually import clock

DOORS = ["g1", "ann", "bob"]


class Paper:
    """One text, on which everybody types at once, and whoever came in where."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.doors: dict[str, set[str]] = {}

    async def add(self, door: str, key: str, element: Any, caller: Caller = ANYBODY) -> Answer:
        self.doors.setdefault(door, set()).add("type")
        try:
            apply(self.text, keystroke_in(element).on(self.text))
        except LabError as error:  # somebody else was quicker with the same character
            raise ClientError(error.definite, str(error)) from error
        return Answer(door, 0, None, "whatever")

    async def members(self, door: str, key: str, caller: Caller = ANYBODY) -> Answer:
        self.doors.setdefault(door, set()).add("read")
        return Answer(door, 0, None, list(self.text))


def recorded(seconds: float = 30) -> tuple[Paper, History]:
    paper, events = Paper(), list[Event]()
    recorder = Recorder(events, lambda: 0)
    workload = editors.typing(people=2, readers=1, rate_per_s=30)

    async def story() -> None:
        traffic = workload.start(cast(Any, paper), recorder, DOORS, Random(7), clock())
        await traffic.run(seconds)
        await traffic.stop()

    virtual.run(story())
    return paper, History.of(events)


def test_each_person_sits_alone_at_a_device_and_readers_at_gateways() -> None:
    paper, history = recorded()
    assert paper.doors == {"g1": {"read"}, "ann": {"read", "type"}, "bob": {"read", "type"}}
    sessions = {(op.gateway, op.session) for op in history.client_operations}
    assert sessions == {("g1", None), ("ann", "ann"), ("bob", "bob")}


def test_the_history_has_every_character_once_and_erasures_say_what_they_saw() -> None:
    paper, history = recorded()
    operations = history.client_operations
    typed = [op.value for op in operations if op.f == "type"]
    erased = [op for op in operations if op.f == "delete" and op.outcome == "ok"]
    assert len(typed) == len(set(typed)) > 300
    assert erased and all(op.saw == [op.value] for op in erased)
    assert sorted(paper.text) == sorted(set(typed) - {op.value for op in erased})


def test_people_type_in_runs_one_character_behind_the_other() -> None:
    paper, _ = recorded()
    runs = [one for one, other in zip(paper.text, paper.text[1:], strict=False) if one[:3] == other[:3]]
    assert len(runs) > len(paper.text) / 2


@pytest.mark.parametrize("people", [0, len(editors.PEOPLE) + 1])
def test_there_are_names_for_so_many(people: int) -> None:
    with pytest.raises(ValueError, match="people must be 1 to 5"):
        editors.typing(people=people, readers=1, rate_per_s=10)
