"""Users with sessions, on one device or on two, who look at what they and others have written.

A user is one session of the history, and each device one process, for it can do one thing at a time.
Each device stays with the gateway that it happens to come to, a user's second one with another, unless
users are *routed*: then all devices of a user come to the same one.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from random import Random

from chaos.workloads.client import Request
from chaos.workloads.traffic import Plan, Workload

DEVICES = ("phone", "laptop")


@dataclass(frozen=True)
class Users:
    """How many there are, on how many devices each, and whether they are routed."""

    count: int
    devices: int = 1
    routed: bool = False

    def __post_init__(self) -> None:
        if self.count < 1 or not 1 <= self.devices <= len(DEVICES):
            raise ValueError(f"at least 1 user, each on 1 or 2 devices; not {self.count} on {self.devices}")

    def name(self, client: int) -> str:
        """Whose device that client is, `u0`, `u1` …"""
        return f"u{client // self.devices}"

    def signed(self, client: int, request: Request) -> Request:
        """The request as that client's device sends it."""
        user, device = self.name(client), DEVICES[client % self.devices]
        return replace(request, session=user, device=device, routed_by=user if self.routed else None)


def profiles(users: Users, *, rate_per_s: float, write_fraction: float = 0.3) -> Workload:
    """Everybody changes a register of their own (u3/profile) and looks at it, and sometimes at another's."""
    return _workload("profiles", users, partial(_Profiles, users, write_fraction), rate_per_s)


def news(users: Users, *, keys: int, rate_per_s: float, write_fraction: float = 0.3) -> Workload:
    """Everybody writes any of a few registers (x0, x1 …) and looks at them again and again."""
    if keys < 1:
        raise ValueError(f"keys must be at least 1, not {keys}")
    return _workload("news", users, partial(_News, users, keys, write_fraction), rate_per_s)


OWN_FRACTION = 0.8  # of the looks at profiles


@dataclass
class _Profiles:
    users: Users
    write_fraction: float
    values: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def next(self, client: int, random: Random) -> Request:
        own = self.users.name(client)
        if random.random() < self.write_fraction:
            return self.users.signed(client, Request("put", f"{own}/profile", next(self.values)))
        whose = own if random.random() < OWN_FRACTION else f"u{random.randrange(self.users.count)}"
        return self.users.signed(client, Request("get", f"{whose}/profile"))


@dataclass
class _News:
    users: Users
    keys: int
    write_fraction: float
    values: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def next(self, client: int, random: Random) -> Request:
        key = f"x{random.randrange(self.keys)}"
        writes = random.random() < self.write_fraction
        request = Request("put", key, next(self.values)) if writes else Request("get", key)
        return self.users.signed(client, request)


def _workload(name: str, users: Users, plan: Callable[[], Plan], rate_per_s: float) -> Workload:
    devices = users.count * users.devices
    return Workload(name, plan, clients=devices, rate_per_s=rate_per_s, max_clients=devices)
