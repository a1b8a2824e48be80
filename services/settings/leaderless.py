"""The settings of leaderless replication: how many homes a key has, and how many must answer."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from services.settings.clocks import Clock, check_clocks
from services.settings.common import MOST_MS, CommonSettings

Quorum: TypeAlias = Literal["all", "local", "sloppy", "hinted"]  # `services/leaderless/quorums`
Writes: TypeAlias = Literal["at-once", "read-first"]
VersionsKept: TypeAlias = Literal["last-write-wins", "vectors", "dotted-vectors"]
Tombstones: TypeAlias = Literal["kept", "by-age", "after-repair"]
Obsolete: TypeAlias = Literal["kept", "refused"]
ReadRepair: TypeAlias = Literal["none", "behind", "before"]


class LeaderlessSettings(CommonSettings, frozen=True, kw_only=True, tag="leaderless"):
    """A key is on `n` replicas, its homes. A write needs `w` of them, a read `r`, unless a request says else.

    With w + r > n, the homes that answer a read overlap with those that took a write.
    """

    detection_timeout_ms: int = 2000  # how long a home that did not answer is asked last
    n: int = 3
    w: int = 2
    r: int = 2
    # Of all homes, or of those in the coordinator's datacenter; or others stand in for homes, or keep hints.
    quorum: Quorum = "all"
    writes: Writes = "at-once"  # or ask for the newest version first, and write a later one
    read_repair: ReadRepair = "behind"  # after the answer, or before it, so that no later read sees less
    versions: VersionsKept = "last-write-wins"  # or siblings, as vectors tell
    obsolete: Obsolete = (
        "kept"  # as siblings, or refused: writes that had not seen all that their home has numbered
    )
    clock: Clock = "hybrid"  # for stamps: later than all stamps seen, or only the wall clock
    clocks_off_s: dict[str, float] = msgspec.field(
        default_factory=dict
    )  # by how many seconds a node's wall clock is ahead of the others
    sloppy: bool = False  # the same as quorum 'sloppy'
    handoff_ms: int = 200  # between two attempts to hand over hints
    hint_ms: int = 3_600_000  # how long hints are kept
    tombstones: Tombstones = "kept"  # or collected by age, or once all homes are known to have them
    tombstone_grace_ms: int = 10_000  # how long they are kept at least
    anti_entropy: bool = False  # homes compare what they hold, two at a time, and exchange what differs
    anti_entropy_ms: int = 300  # between two comparisons of one home
    read_bound_s: float | None = None  # a home that may be further behind answers no reads

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n < 1:
            raise ValueError(f"n is how many homes a key has, at least 1, not {self.n}")
        if self.versions != "last-write-wins" and self.writes == "read-first":
            raise ValueError(
                f"writes 'read-first' are for a later stamp, and versions {self.versions!r} do not use "
                "stamps; take 'last-write-wins' or writes 'at-once'"
            )
        if self.versions == "last-write-wins" and self.obsolete == "refused":
            raise ValueError(
                "obsolete 'refused' needs versions 'vectors' or 'dotted-vectors', not 'last-write-wins': "
                "only they tell what is obsolete"
            )
        if self.sloppy and self.quorum not in ("all", "sloppy"):
            raise ValueError(f"sloppy is itself a quorum; leave out either it or the quorum {self.quorum!r}")
        if self.versions != "last-write-wins" and self.rule == "sloppy":
            raise ValueError(
                f"a sloppy quorum needs versions 'last-write-wins', not {self.versions!r}: "
                "stand-ins do not number writes"
            )
        if self.quorum == "local" and not self.datacenters:
            raise ValueError("a quorum 'local' needs a datacenter, and datacenters names none")
        if self.keeps_hints and self.tombstones != "kept" and self.hint_ms > self.tombstone_grace_ms:
            raise ValueError(
                f"hint_ms ({self.hint_ms}) must be at most tombstone_grace_ms ({self.tombstone_grace_ms}), "
                "or a hint that outlives a tombstone brings back what was deleted"
            )
        check_clocks(self.clocks_off_s)
        if self.read_bound_s is not None:
            self._check_bound(self.read_bound_s)
        for name, count in (("w", self.w), ("r", self.r)):
            if not 1 <= count <= self.n:
                raise ValueError(f"{name} must be from 1 to n ({self.n}), not {count}")

    def _check_bound(self, bound_s: float) -> None:
        if not 0 < bound_s <= MOST_MS / 1000:
            most_s = MOST_MS // 1000
            raise ValueError(f"read_bound_s must be positive and at most {most_s}, or absent, not {bound_s}")
        if not self.anti_entropy or self.rule == "sloppy":
            raise ValueError(
                "with read_bound_s a home must know how far behind it is: that takes anti_entropy, and no "
                "sloppy quorum, whose writes may be on no home"
            )

    @property
    def rule(self) -> Quorum:
        """Whose answers count."""
        return "sloppy" if self.sloppy else self.quorum

    @property
    def keeps_hints(self) -> bool:
        """Do nodes keep hints for others?"""
        return self.rule in ("sloppy", "hinted")

    @property
    def converges(self) -> bool:
        """See `CommonSettings`: read repair alone never repairs what nobody reads."""
        return self.anti_entropy

    def all_alike(self, replicas: Sequence[str]) -> bool:
        """See `CommonSettings`: only where every replica is a home of every key."""
        return self.converges and self.n >= len(replicas)

    @property
    def devices_hold_data(self) -> bool:
        """See `CommonSettings`: a device is a client that coordinates for itself."""
        return False

    @property
    def named(self) -> tuple[str, ...]:
        """See `CommonSettings`."""
        return (*super().named, *self.clocks_off_s)

    def check_fit(self, replicas: Sequence[str], consumers: Sequence[str] = ()) -> None:
        """See `CommonSettings`."""
        super().check_fit(replicas, consumers)
        if self.n > len(replicas):
            raise ValueError(
                f"a key cannot have {self.n} homes (n) among {len(replicas)} replicas; "
                f"take an n of at most {len(replicas)}"
            )


SETTINGS = LeaderlessSettings
