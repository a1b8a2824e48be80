"""People who type into one text at once, each on a device of their own, while others only read.

Somebody types a few characters one behind the other, then goes on somewhere else in the text, and now and
then takes a character out that is on the screen. Characters are unique in a run (`ann17`), so each can be
found again. In a history a keystroke is a `type`, and an erasure a `delete` that says what it `saw`.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from msgspec.structs import replace

from chaos.workloads.client import Answer, Client, Request
from chaos.workloads.traffic import Workload

TEXT = "minutes"
PEOPLE = ("ann", "bob", "cem", "dee", "eva")
RUN = (3, 12)  # characters that are typed one behind the other
LOOK, ERASE = 0.15, 0.15  # of all that people do


def typing(*, people: int, readers: int, rate_per_s: float) -> Workload:
    """So many people type on devices; so many `readers` look at the text through a gateway.

    There must be as many gateways as readers, and as many devices as people: each is alone at one.
    """
    if not 1 <= people <= len(PEOPLE):
        raise ValueError(f"people must be 1 to {len(PEOPLE)}, not {people}")
    clients = people + readers
    return Workload("editors", partial(_Room, people, readers), clients, rate_per_s, max_clients=clients)


@dataclass(frozen=True)
class Keystroke:
    """See `chaos.workloads.client.Custom`; `asked` is what the device is to do."""

    f: str
    session: str
    asked: dict[str, Any]
    value: str | None = None
    saw: tuple[str, ...] | None = None
    key: str = TEXT
    done: Callable[[], None] = field(default=lambda: None, compare=False, repr=False)

    async def perform(self, client: Client, gateway: str) -> Answer:
        """Send it once. Raises `ClientError`."""
        answer = await client.add(gateway, self.key, self.asked)
        self.done()
        return replace(answer, value=None)


@dataclass
class _Person:
    """What somebody has on the screen, and the character behind which the next one comes."""

    name: str
    shown: list[str] = field(default_factory=list)
    last: str | None = None
    left: int = 0  # characters of the run

    def see(self, answer: Answer) -> None:
        self.shown = list(answer.value)

    def typed(self, character: str) -> None:
        place = self.shown.index(self.last) + 1 if self.last in self.shown else 0
        self.shown.insert(place, character)
        self.last = character


@dataclass
class _Room:
    people: int
    readers: int
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    persons: dict[int, _Person] = field(default_factory=dict)

    def next(self, client: int, random: Random) -> Request | Keystroke:
        place = client % (self.people + self.readers) - self.readers
        if place < 0:
            return Request("members", TEXT)
        person = self.persons.setdefault(place, _Person(PEOPLE[place]))
        draw = random.random()
        if draw < LOOK:
            return Request("members", TEXT, session=person.name, heard=person.see)
        if draw < LOOK + ERASE and person.shown:
            return _erase(person, random.choice(person.shown))
        return self._type(person, random)

    def _type(self, person: _Person, random: Random) -> Keystroke:
        if not person.left:
            person.left = random.randint(*RUN)
            person.last = random.choice([None, *person.shown])
        person.left -= 1
        character = f"{person.name}{next(self.numbers)}"
        where = {"at": 0} if person.last is None else {"after": person.last}
        asked = {"insert": character, **where}
        return Keystroke("type", person.name, asked, character, done=partial(person.typed, character))


def _erase(person: _Person, character: str) -> Keystroke:
    def done() -> None:
        if character in person.shown:
            person.shown.remove(character)

    return Keystroke("delete", person.name, {"erase": character}, character, (character,), done=done)
