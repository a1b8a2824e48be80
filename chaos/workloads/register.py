"""Clients that read and write registers; no value is ever written twice in a run.

Which keys are written decides what a history can prove. Where many clients write one key, a lost write
is soon replaced and its loss forgiven. A key that one client owns shows the loss of its last write; a
key that is written once shows every single loss.
"""

import itertools
from dataclasses import dataclass, field
from functools import partial
from random import Random

from chaos.workloads.client import Request
from chaos.workloads.traffic import MAX_CLIENTS, Workload

ONCE_FRACTION = 0.2
SOME_KEYS, SOME_CLIENTS = 10, 12


def reads_and_writes(
    *,
    keys: int,
    clients: int,
    rate_per_s: float,
    write_fraction: float = 0.5,
    delete_fraction: float = 0.0,
    read_keys: int | None = None,
    knowing: bool = False,
    prefix: str = "",
    max_clients: int = MAX_CLIENTS,
) -> Workload:
    """Any client writes any of `keys` registers (`prefix` and x0, x1 …); of the writes some are deletes.

    Nobody reads any but the first `read_keys` of them, if that is given. Clients who are `knowing` say with
    each write what they had seen of the key, and mean to replace that and nothing else.
    """
    mix = _Mix(write_fraction, delete_fraction, knowing)
    if read_keys is not None and not 1 <= read_keys <= keys:
        raise ValueError(f"read_keys must be from 1 to keys ({keys}), not {read_keys}")
    if keys < 1:
        raise ValueError(f"keys must be at least 1, not {keys}")
    return Workload(
        "registers",
        partial(_SharedKeys, mix, keys, read_keys or keys, prefix),
        clients,
        rate_per_s,
        max_clients,
    )


def with_some_written_once(
    *, writes_per_s: float, reads_per_s: float, knowing: bool, prefix: str = ""
) -> Workload:
    """As `reads_and_writes`, but one write in five makes a new register (`prefix` and once1, once2 …).

    So it shows what readers see, and what is lost, where nobody knows beforehand what will go wrong. It is
    the load of the live page and of schedules in files, so what is saved there is repeated under the same.
    """
    rate_per_s = writes_per_s + reads_per_s
    mix = _Mix(writes_per_s / rate_per_s, 0.0, knowing)
    shared = partial(_SharedKeys, mix, SOME_KEYS, SOME_KEYS, prefix)
    return Workload("registers-some-once", lambda: _SomeOnce(shared(), prefix), SOME_CLIENTS, rate_per_s)


def own_keys(
    *,
    clients: int,
    rate_per_s: float,
    write_fraction: float = 0.5,
    delete_fraction: float = 0.0,
    knowing: bool = False,
    max_clients: int = MAX_CLIENTS,
) -> Workload:
    """Each client writes the one register that is its own (x0, x1 …) and reads everybody's.

    `knowing` see `reads_and_writes`.
    """
    mix = _Mix(write_fraction, delete_fraction, knowing)
    return Workload("own-registers", partial(_OwnKeys, mix), clients, rate_per_s, max_clients)


def write_once(
    *,
    clients: int,
    rate_per_s: float,
    write_fraction: float = 0.8,
    prefix: str = "",
    max_clients: int = MAX_CLIENTS,
) -> Workload:
    """Each write makes a new register (`prefix` and x1, x2 …); reads look at one that was to be written."""
    mix = _Mix(write_fraction, delete_fraction=0.0)
    return Workload("write-once-registers", partial(_NewKeys, mix, prefix), clients, rate_per_s, max_clients)


@dataclass(frozen=True)
class _Mix:
    """How many of the requests write, and how many of those delete."""

    write_fraction: float
    delete_fraction: float
    knowing: bool = False

    def __post_init__(self) -> None:
        for name in ("write_fraction", "delete_fraction"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be from 0 to 1, not {getattr(self, name)}")

    def writes(self, random: Random) -> bool:
        return random.random() < self.write_fraction

    def change(self, key: str, value: int, random: Random) -> Request:
        deletes = random.random() < self.delete_fraction
        if deletes:
            return Request("delete", key, knowing=self.knowing)
        return Request("put", key, value, knowing=self.knowing)


@dataclass
class _SharedKeys:
    mix: _Mix
    keys: int
    read_keys: int
    prefix: str
    values: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def next(self, client: int, random: Random) -> Request:
        key = self._any_of(self.keys, random)
        if self.mix.writes(random):
            return self.mix.change(key, next(self.values), random)
        return Request("get", key if self.read_keys == self.keys else self._any_of(self.read_keys, random))

    def _any_of(self, keys: int, random: Random) -> str:
        return f"{self.prefix}x{random.randrange(keys)}"


@dataclass
class _SomeOnce:
    shared: _SharedKeys
    prefix: str
    written: int = 0

    def next(self, client: int, random: Random) -> Request:
        request = self.shared.next(client, random)
        if request.call != "put" or random.random() >= ONCE_FRACTION:
            return request
        self.written += 1
        return Request("put", f"{self.prefix}once{self.written}", self.written, knowing=request.knowing)


@dataclass
class _OwnKeys:
    mix: _Mix
    owners: int = 0
    values: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def next(self, client: int, random: Random) -> Request:
        self.owners = max(self.owners, client + 1)
        if self.mix.writes(random):
            return self.mix.change(f"x{client}", next(self.values), random)
        return Request("get", f"x{random.randrange(self.owners)}")


@dataclass
class _NewKeys:
    mix: _Mix
    prefix: str
    written: int = 0

    def next(self, client: int, random: Random) -> Request:
        if self.written == 0 or self.mix.writes(random):
            self.written += 1
            return Request("put", f"{self.prefix}x{self.written}", self.written)
        return Request("get", f"{self.prefix}x{random.randint(1, self.written)}")
