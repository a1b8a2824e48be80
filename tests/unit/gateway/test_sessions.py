"""What a gateway remembers of its users: never too little, whatever it forgot or was never told."""

import math

import pytest

from services.errors import LabError
from services.messages import START, Operation, Position, Read, Write, Written
from services.messages.single_leader import AskSession, SessionPosition
from services.single_leader.door.policies import POLICIES
from services.single_leader.door.sessions import Sessions
from services.versions.newest import Newest

WRITE = Write(operation=Operation(f="put", key="x", value=1), session="u7")
READ = Read(key="x", session="u7", token=(Position(1, 3),))
SHARED, HERE, TOKEN, ANY = (
    POLICIES[name] for name in ("token-shared", "same-datacenter", "position-token", "any")
)


def written(sequence: int, epoch: int = 1) -> Written:
    return Written(node="n1", epoch=epoch, position=Position(epoch, sequence))


class Leader:
    """Answers what `says`; whom it was asked about is in `asked`."""

    def __init__(self, says: Position | LabError) -> None:
        self.says = says
        self.asked: list[str | None] = []

    async def ask(self, question: AskSession) -> SessionPosition:
        self.asked.append(question.session)
        if isinstance(self.says, LabError):
            raise self.says
        return SessionPosition(position=self.says)


class Clock:
    now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s

    boottime = wall = monotonic

    async def sleep(self, delay_s: float) -> None:
        raise AssertionError("nothing waits here")


async def test_who_remembers_says_what_must_be_found() -> None:
    leader = Leader(Position(1, 9))
    sessions = Sessions(Clock(), leader.ask)
    assert await sessions.must_find(ANY, READ) == START
    assert await sessions.must_find(TOKEN, READ) == Position(1, 3)
    assert leader.asked == []
    assert await sessions.must_find(SHARED, READ) == Position(1, 9)
    assert await sessions.must_find(SHARED, Read(key="x")) == START
    assert leader.asked == ["u7"]


async def test_where_the_leader_is_silent_nobody_guesses() -> None:
    sessions = Sessions(Clock(), Leader(LabError("timed-out", "silence")).ask)
    for policy in (SHARED, HERE):
        with pytest.raises(LabError, match="silence"):
            await sessions.must_find(policy, READ)


async def test_a_gateway_that_starts_takes_everybody_for_a_writer() -> None:
    leader = Leader(Position(1, 9))
    sessions = Sessions(Clock(), leader.ask)
    assert await sessions.must_find(HERE, READ) == Position(1, 9)
    sessions.note(WRITE, written(12))
    leader.says = Position(1, 50)
    assert await sessions.must_find(HERE, READ) == Position(1, 12)
    assert await sessions.must_find(HERE, Read(key="x", session="u8")) == Position(1, 9)
    assert leader.asked == [None]


async def test_positions_that_were_lost_are_forgotten() -> None:
    leader = Leader(Position(1, 9))
    sessions = Sessions(Clock(), leader.ask)
    sessions.note(WRITE, written(12))
    sessions.forget_positions()
    leader.says = Position(2, 10)
    assert await sessions.must_find(HERE, READ) == Position(2, 10)


def test_the_time_since_the_last_write() -> None:
    clock = Clock()
    sessions = Sessions(clock, Leader(START).ask)
    clock.now_s = 103.0
    sessions.note(WRITE, written(1))
    clock.now_s = 105.0
    assert sessions.since_write_s("u7") == 2.0
    assert sessions.since_write_s("u8") == 5.0
    assert sessions.since_write_s(None) == math.inf


def test_who_is_forgotten_is_told_the_floor() -> None:
    newest = Newest(floor=START, most=2)
    newest.note("a", Position(1, 5))
    newest.note("b", Position(1, 6))
    newest.note("a", Position(1, 4))
    assert newest.of("a") == Position(1, 5)
    newest.note("c", Position(1, 7))
    assert newest.of("b") == Position(1, 6)
    assert newest.of("nobody") == Position(1, 6)
    newest.note("d", Position(1, 8))
    assert newest.of("nobody") == Position(1, 6)
