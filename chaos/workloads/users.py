"""Users sign up and look at their own page, which the application keeps in a cache under the user's key.

The application asks the cache first, and fills it from the database when it has nothing there, as most
do. Each user's row is private; whoever it is shown to is in the history as the session.
"""

import itertools
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, Protocol, TypeAlias, runtime_checkable
from uuid import UUID

from chaos.workloads.client import Answer, Client
from chaos.workloads.sql import SpeaksSql
from chaos.workloads.traffic import MAX_CLIENTS, Workload

UserKey: TypeAlias = int | str
SIGN_UP = "INSERT INTO users(name, secret) VALUES (?, ?)"
SIGN_UP_UNDER_UUID = "INSERT INTO members(id, name, secret) VALUES (?, ?, ?)"
PAGES: Mapping[bool, str] = {
    False: "SELECT name, secret FROM users WHERE id = ?",
    True: "SELECT name, secret FROM members WHERE id = ?",
}


@runtime_checkable
class UsesCache(Protocol):
    """What a client can do besides that reaches a cache. Raises `ClientError`, nothing else."""

    async def recall(self, gateway: str, key: str) -> Answer:
        """What the cache has under `key`; the value is None when it has nothing."""

    async def remember(self, gateway: str, key: str, value: Any) -> Answer:
        """Put `value` there."""


def sign_ups_and_visits(
    *, uuids: bool = False, clients: int, rate_per_s: float, max_clients: int = MAX_CLIENTS
) -> Workload:
    """Half of the requests sign a new user up, the others show a user the own page, the first time first."""
    return Workload("users", partial(_Users, uuids), clients, rate_per_s, max_clients)


@dataclass
class _Users:
    uuids: bool
    names: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    newest: "deque[tuple[str, UserKey]]" = field(default_factory=lambda: deque(maxlen=5))
    unseen: list[tuple[str, UserKey]] = field(default_factory=list)

    def next(self, client: int, random: Random) -> "SignUp | Visit":
        if self.newest and random.random() < 0.5:  # people look at what they have just made, sooner or later
            name, key = self.unseen.pop() if self.unseen else random.choice(self.newest)
            return Visit(name, key, self.uuids)
        uuid = str(UUID(int=random.getrandbits(128), version=4)) if self.uuids else None
        return SignUp(f"user {next(self.names)}", uuid, self._welcome)

    def _welcome(self, name: str, key: UserKey) -> None:
        self.newest.append((name, key))
        self.unseen.append((name, key))


@dataclass(frozen=True)
class SignUp:
    """See `chaos.workloads.client.Custom`. `welcome` is told the name and the key."""

    session: str
    uuid: str | None
    welcome: Callable[[str, UserKey], None]
    f: str = "insert"
    key: None = None

    @property
    def value(self) -> Any:
        """The new row."""
        return {"name": self.session, "secret": f"secret of {self.session}"}

    async def perform(self, client: Client, gateway: str) -> Answer:
        """Send it once. Raises `ClientError`."""
        assert isinstance(client, SpeaksSql)
        row = tuple(self.value.values())
        statement = (SIGN_UP_UNDER_UUID, (self.uuid, *row)) if self.uuid else (SIGN_UP, row)
        answer = await client.sql(gateway, [statement])
        key = self.uuid or answer.value[0]["key"]
        self.welcome(self.session, key)
        return Answer(answer.node, answer.epoch, answer.position, {**self.value, "id": key})


@dataclass(frozen=True)
class Visit:
    """See `chaos.workloads.client.Custom`: a user's own page, from the cache if it is there."""

    session: str
    user: UserKey
    uuids: bool
    f: str = "read"
    value: None = None

    @property
    def key(self) -> str:
        """The page's name, in the cache too."""
        return f"page of {self.user}"

    async def perform(self, client: Client, gateway: str) -> Answer:
        """Send it once. Raises `ClientError`."""
        assert isinstance(client, UsesCache) and isinstance(client, SpeaksSql)
        cached = await client.recall(gateway, self.key)
        if cached.value is not None:
            return cached
        query = (PAGES[self.uuids], (self.user,))
        answer = await client.sql(gateway, [query], "leader")
        rows = answer.value[0]["rows"]
        if not rows:
            return Answer(answer.node, answer.epoch, answer.position, None)
        page = dict(zip(("name", "secret"), rows[0], strict=True))
        await client.remember(gateway, self.key, page)
        return Answer(answer.node, answer.epoch, answer.position, page)
