"""What a leader decides its followers come to as well, and what is taken back leaves nothing behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from services.adapters.disk import FileDisk
from services.errors import LabError
from services.messages import Entry, Operation, Position, Write
from services.messages.multi_leader import Change, Changes, CopyPage, Element, Step, Transact
from services.messages.versions import Stamp
from services.multi_leader.copying import pages
from services.multi_leader.datacenters.machine import Ask, Confirmed, Copied, Machine, Told, Trimmed
from services.multi_leader.resolvers import Resolvers
from services.multi_leader.storage import TABLES
from services.settings.multi_leader import Conflicts, MultiLeaderSettings
from services.single_leader.outcomes import Asked
from services.single_leader.storage import Storage

KEYS = ("x", "y", "z")


class Clock:
    """Goes on by a millisecond whenever somebody looks."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def wall(self) -> float:
        self.now_s += 0.001
        return self.now_s

    monotonic = boottime = wall

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds


@contextmanager
def replica(directory: Path, conflicts: Conflicts) -> Iterator[Storage]:
    directory.mkdir(exist_ok=True)
    resolvers, clock = Resolvers(MultiLeaderSettings(conflicts=conflicts)), Clock()
    storage = Storage(
        FileDisk(directory).connect,
        machine=lambda writer, reader: Machine("dc1", clock, writer, reader, resolvers, causal=False),
    )
    yield storage
    storage.close()


def machine_of(storage: Storage) -> Machine:
    assert isinstance(storage.machine, Machine)
    return storage.machine


def everything(storage: Storage) -> dict[str, list[Any]]:
    """All rows of the machine, and what it has in memory."""
    machine = machine_of(storage)
    rows = {name: list(storage.reader.execute(f"SELECT * FROM {name} ORDER BY 1, 2")) for name in TABLES}
    memory = [dict(machine.known), machine.conflicts, machine.siblings, machine.peers, machine.floors]
    return {**rows, "memory": memory}


class World:
    """Draws what a datacenter is asked: by clients, and by dc2, whose changes come twice now and then."""

    def __init__(self, seed: int) -> None:
        self._random, self._sent, self._copied = Random(seed), 0, 0

    def ask(self) -> Ask:
        draw, key = self._random.random(), self._random.choice(KEYS)
        if draw < 0.4:
            return Write(operation=Operation(self._random.choice(("put", "put", "delete")), key, draw))
        if draw < 0.5:
            return Write(operation=Operation("add", "set", draw))
        if draw < 0.6:
            return Transact(steps=(Step("put", "x", draw), Step("read", "y"), Step("put", "z", draw)))
        if draw < 0.7:
            return Confirmed("dc2", {"dc1": self._random.randrange(9)})
        if draw < 0.8 and self._sent > 2:
            return Trimmed({"dc2": self._sent - 2})
        if draw < 0.85:
            self._copied += 1
            version = replace(self._change(self._copied), origin="dc3")
            page = CopyPage(sender="dc3", versions=(version,), elements=(Element("set", draw),))
            return Copied(replace(page, knows={"dc3": self._copied}) if self._copied % 2 else page)
        first = max(1, self._sent - self._random.randrange(2))
        self._sent += 1
        return Changes(
            sender="dc2", changes=[self._change(number) for number in range(first, self._sent + 1)]
        )

    def _change(self, number: int) -> Change:
        key = KEYS[number % 3]
        stamp = Stamp(1_000_000_000 + number * 3000, "dc2")
        return Change("dc2", number, Operation("put", key, number), stamp, number=1 + number // 3)


@pytest.mark.parametrize("conflicts", ["record", "lww", "merge", "three-way-merge"])
@pytest.mark.parametrize("seed", range(3))
def test_followers_come_to_what_the_leader_decided_and_back_again(
    tmp_path: Path, conflicts: Conflicts, seed: int
) -> None:
    world = World(seed)
    with replica(tmp_path / "a", conflicts) as leader, replica(tmp_path / "b", conflicts) as follower:
        for storage in (leader, follower):
            storage.promise(1)
        states = [everything(follower)]
        for _ in range(12):
            before = follower.last
            leader.append(1, [Asked(world.ask()) for _ in range(3)])
            follower.accept(1, before, leader.entries_after(before.sequence, 99), _nowhere, fenced=True)
            states.append(everything(follower))
            assert states[-1] == everything(leader)
        entry = Entry(Position(2, 1))  # a newer leader, who has nothing of all that
        follower.accept(2, Position(0, 0), [entry], _nowhere, fenced=True)
        assert everything(follower) == states[0]
        follower.append(2, [Asked(Write(operation=Operation("put", "x", 1)))])
        known_at = machine_of(follower).known_at
        assert [dict(known_at(sequence)) for sequence in (1, 2)] == [{}, {"dc1": 1}], "as if it had not been"


def test_what_fails_alone_changes_nothing_and_what_is_known_has_no_entry(tmp_path: Path) -> None:
    with replica(tmp_path, "record") as storage:
        known_already = Changes(sender="dc2", changes=[World(0)._change(1)])
        impossible = Write(operation=Operation("put", "x", 1), context="dc1:9")
        outcomes = storage.append(0, [Asked(known_already), Asked(impossible), Asked(known_already)])
        assert [len(outcome.entries) for outcome in outcomes] == [1, 0, 0]
        assert isinstance(outcomes[1].error, LabError)
        told = outcomes[2].told
        assert isinstance(told, Told)
        assert (told.known, storage.last.sequence) == ({"dc2": 1}, 1)


def test_only_what_is_acknowledged_is_known_to_others(tmp_path: Path) -> None:
    with replica(tmp_path, "record") as storage:
        machine = machine_of(storage)
        for value in range(3):
            storage.append(0, [Asked(Write(operation=Operation("put", "x", value)))])
        assert [dict(machine.known_at(sequence)) for sequence in (0, 1, 2, 2, 3)] == [
            *({}, {"dc1": 1}, {"dc1": 2}),
            *({"dc1": 2}, {"dc1": 3}),
        ]


def test_what_is_trimmed_is_known_all_the_same_and_so_is_its_stamp(tmp_path: Path) -> None:
    """A restart must neither give its numbers again nor stamp earlier than it."""
    with replica(tmp_path, "record") as storage:
        for value in range(3):
            storage.append(0, [Asked(Write(operation=Operation("put", "x", value)))])
        before = machine_of(storage).storage.recovered()
        storage.append(0, [Asked(Trimmed({"dc1": 3}))])
        assert machine_of(storage).storage.recovered() == before
        assert not machine_of(storage).storage.after("dc1", 0, 9)


def test_a_log_of_commands_is_refused_where_nobody_knows_them(tmp_path: Path) -> None:
    with replica(tmp_path, "record") as storage:
        storage.append(0, [Asked(Write(operation=Operation("put", "x", 1)))])
        entries = storage.entries_after(0, 9)
    (tmp_path / "plain").mkdir()
    plain = Storage(FileDisk(tmp_path / "plain").connect)
    with pytest.raises(LabError, match="no machine here for them"):
        plain.accept(0, Position(0, 0), entries, _nowhere, fenced=True)
    plain.close()


def _nowhere(name: str, lines: str) -> None:
    """What is taken back needs no file here."""


def test_a_copy_comes_to_what_the_changes_did_whatever_was_there_before(tmp_path: Path) -> None:
    """Twice, and among changes that are newer, as it may happen."""
    world = World(1)
    asks = [world.ask() for _ in range(60)]
    with replica(tmp_path / "a", "record") as source, replica(tmp_path / "b", "record") as target:
        source.append(0, [Asked(ask) for ask in asks if not isinstance(ask, Copied)])
        machine = machine_of(source)
        copy = list(pages("dc1", machine.storage, machine.known))
        newer = Changes(sender="dc1", changes=machine.storage.after("dc1", 0, 9))
        for _ in range(2):
            target.append(0, [*(Asked(Copied(page)) for page in copy), Asked(newer)])
        there = machine_of(target)
        assert (there.known, there.siblings) == (machine.known, machine.siblings)
        assert sorted(map(shown, there.storage.everything()[0].items())) == sorted(
            map(shown, machine.storage.everything()[0].items())
        )
        assert there.storage.everything()[1] == machine.storage.everything()[1]
        done = target.append(0, [Asked(Write(operation=Operation("put", "x", "new")))])[0].told.done[0]
        assert done.changes[0].sequence == machine.known["dc1"] + 1
        assert done.changes[0].number > machine.storage.number("x")


def shown(item: tuple[str, list[Change]]) -> tuple[str, list[tuple[str, int]]]:
    return item[0], sorted((version.origin, version.number) for version in item[1])
