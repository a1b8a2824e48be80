"""Users who ask questions, answer those that they have read, and read answers first and their questions then.

They talk in rooms, and each stays in one; half of them only look on. Every question and every answer is a
register that is written once. Nobody answers what they have not seen: the plan hears what a read returned,
and only then lets that user write the answer. Whoever reads an answer looks at its question next, as people
do who come to a conversation late. So a question comes before its answer in the order of causes, and whoever
sees the answer alone has the proof.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from chaos.workloads.client import Answer, Request
from chaos.workloads.sessions import Users
from chaos.workloads.traffic import Workload

USERS_OF_ROOM = 6
SPEAKERS_OF_ROOM = 3  # the others look on
ASK_FRACTION = 0.2
RECENT = 3  # so many questions, the newest ones of a room, are looked at


def questions_and_answers(users: Users, *, together: bool, rate_per_s: float) -> Workload:
    """All keys of a room are kept `together` by a hash tag; or else all questions, and all answers."""
    if users.devices != 1:
        raise ValueError(f"a user talks on one device, not on {users.devices}")
    plan = partial(_Conversations, users, "{room-%d}:%ss:%d" if together else "room-%d:{%ss}:%d")
    name = f"conversations-{'together' if together else 'apart'}"
    return Workload(name, plan, clients=users.count, rate_per_s=rate_per_s, max_clients=users.count)


@dataclass
class _Room:
    """`answered` are the numbers of the questions that somebody has answered, or is about to."""

    key: str
    number: int
    asked: int = 0
    answered: set[int] = field(default_factory=set)

    def write(self, what: str, number: int) -> Request:
        return Request("put", self.key % (self.number, what, number), f"{what} {number}")

    def read(self, what: str, number: int, when_seen: Callable[[], None]) -> Request:
        def heard(answer: Answer) -> None:
            if answer.value is not None:
                when_seen()

        return Request("get", self.key % (self.number, what, number), heard=heard)


@dataclass
class _Conversations:
    users: Users
    key: str
    rooms: dict[int, _Room] = field(default_factory=dict)
    due: dict[int, Request] = field(default_factory=dict)  # what a client does next, for what it has seen

    def next(self, client: int, random: Random) -> Request:
        number = client // USERS_OF_ROOM
        room = self.rooms.setdefault(number, _Room(self.key, number))
        request = self.due.pop(client) if client in self.due else self._chosen(client, room, random)
        return self.users.signed(client, request)

    def _chosen(self, client: int, room: _Room, random: Random) -> Request:
        speaks = client % USERS_OF_ROOM < SPEAKERS_OF_ROOM
        if not room.asked or (speaks and random.random() < ASK_FRACTION):
            room.asked += 1
            return room.write("question", room.asked)
        number = random.randint(max(1, room.asked - RECENT + 1), room.asked)
        if speaks and number not in room.answered:
            return room.read("question", number, partial(self._answer, client, room, number))
        return room.read("answer", number, partial(self._look_at_question, client, room, number))

    def _answer(self, client: int, room: _Room, number: int) -> None:
        if number not in room.answered:
            room.answered.add(number)
            self.due[client] = room.write("answer", number)

    def _look_at_question(self, client: int, room: _Room, number: int) -> None:
        self.due[client] = room.read("question", number, _nothing)


def _nothing() -> None:
    """What was seen has no consequences."""
