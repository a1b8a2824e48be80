"""What all families' settings have in common: times, places, capacity. Each family adds its own.

A scenario's variant chooses them. All nodes of a cluster have the same settings, and an order can replace
them. On the wire they are flat JSON that includes the family's name.
"""

from collections.abc import Sequence
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec

MOST, MOST_MS, MOST_CHUNK_BYTES = 2**31, 24 * 3600 * 1000, 16 << 20  # a chunk must fit into a message
LEAST_PER_S = 0.01
UNITS = ("_ms", "_entries", "_bytes", "_pages", "_kb_per_s")  # numbers in these units are positive


class CommonSettings(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="family"
):
    """Base of each family's settings; times in milliseconds. Raises `ValueError` naming what is wrong."""

    heartbeat_ms: int = 100
    detection_timeout_ms: int = 600
    call_timeout_ms: int = 500  # a single message between nodes
    acknowledge_timeout_ms: int = 1000  # how long a write waits for the nodes that must have it
    datacenters: tuple[tuple[str, ...], ...] = ()  # which replicas and gateways are in one place
    capacity_per_s: float | None = None  # client requests that a replica serves; None: all it can

    def __post_init__(self) -> None:
        self._check_numbers()
        if self.capacity_per_s is not None and not LEAST_PER_S <= self.capacity_per_s <= MOST:
            raise ValueError(
                f"capacity_per_s must be {LEAST_PER_S} to {MOST} or absent, not {self.capacity_per_s}"
            )
        if self.detection_timeout_ms <= self.heartbeat_ms:
            raise ValueError(
                f"detection_timeout_ms ({self.detection_timeout_ms}) must be longer than "
                f"heartbeat_ms ({self.heartbeat_ms}), or every node looks dead between two heartbeats"
            )
        placed = [node for datacenter in self.datacenters for node in datacenter]
        if len(set(placed)) < len(placed):
            raise ValueError(f"a node is in two of the datacenters {self.datacenters}")

    def _check_numbers(self) -> None:
        names, look, most = _bounded(type(self))
        values = look(self)
        if min(values) <= 0 or any(value > limit for value, limit in zip(values, most, strict=True)):
            rows = zip(names, values, most, strict=True)
            name, value, limit = next(row for row in rows if not 0 < row[1] <= row[2])
            raise ValueError(f"{name} must be positive and at most {limit}, not {value}")

    @property
    def family(self) -> str:
        """The family's name, for instance `single-leader`."""
        return str(self.__struct_config__.tag)

    @property
    def kind(self) -> str:
        """The family's name for people, extended if the family has several sorts of parts."""
        return self.family

    @property
    def parts(self) -> str:
        """Where the parts are that these settings call for, as `module:name`."""
        return f"services.{self.family.replace('-', '_')}.family:FAMILY"

    @property
    def patience_s(self) -> float:
        """How long a gateway waits: as long as a replica may wait for others, plus the way there."""
        return (self.call_timeout_ms + self.acknowledge_timeout_ms) / 1000

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """The replicas that hold the same keys, group by group; empty if all hold everything."""
        return ()

    @property
    def converges(self) -> bool:
        """Do these settings promise that a group's replicas are alike once no node owes anything?"""
        return True

    def all_alike(self, replicas: Sequence[str]) -> bool:
        """Does that cover all that a replica of a group holds? Not if replicas share out the keys."""
        return self.converges

    @property
    def devices_hold_data(self) -> bool:
        """Do devices keep what the replicas keep, or do they only have users?"""
        return True

    @property
    def watched(self) -> bool:
        """Does the controller decide anything? If not, it stands by and says so."""
        return False

    def check_fit(self, replicas: Sequence[str], consumers: Sequence[str] = ()) -> None:
        """Raise `ValueError` unless these settings fit a cluster of these replicas and log consumers."""
        if consumers:
            raise ValueError(
                f"{', '.join(consumers)} would follow one leader's log, and {self.family} has none; "
                "leave out the consumers"
            )

    @property
    def named(self) -> tuple[str, ...]:
        """The nodes that the settings name; the cluster must have all of them."""
        return tuple(node for datacenter in self.datacenters for node in datacenter)

    def near(self, node: str) -> tuple[str, ...]:
        """The nodes in the datacenter of `node`; empty if no datacenter is named."""
        return next((datacenter for datacenter in self.datacenters if node in datacenter), ())


@cache
def _bounded(kind: type[CommonSettings]) -> tuple[tuple[str, ...], Any, tuple[int, ...]]:
    """The fields of `kind` that count something, a getter for all of them, and the maximum of each."""
    names = tuple(name for name in kind.__struct_fields__ if name.endswith(UNITS))
    return names, attrgetter(*names), tuple(map(_most, names))


def _most(name: str) -> int:
    """The maximum: more than anybody needs, yet within what timers, SQLite and messages can handle."""
    if name == "chunk_bytes":
        return MOST_CHUNK_BYTES
    return MOST_MS if name.endswith("_ms") else MOST
