"""The settings of single-leader replication: how replication, fencing, leases and reads behave."""

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

from msgspec.structs import replace

from services.groups import partitions
from services.groups.partitions import Layout
from services.settings.common import CommonSettings

Replication: TypeAlias = Literal["async", "sync", "semi-sync", "semi-sync-timeout", "quorum-ack"]
ReplicationLog: TypeAlias = Literal[
    "statement", "statement-rewritten", "mixed", "row", "row-without-commit", "wal"
]
CopyMethod: TypeAlias = Literal["snapshot", "file-copy"]
OnLogGone: TypeAlias = Literal["snapshot", "skip"]
FeedKind: TypeAlias = Literal["log", "poll", "outbox", "outbox-keys"]
ReadPolicy: TypeAlias = Literal[  # see services/single_leader/door/policies.py
    "leader",
    "any",
    "followers",
    "nearest",
    "bounded",
    "recent",
    "own-data-from-leader",
    "leader-for-a-while",
    "position-token",
    "token-shared",
    "same-datacenter",
    "sticky",
    "sticky-failover",
    "sticky-token",
    "consistent-prefix",
    "causal-order",
]
READ_POLICIES: tuple[ReadPolicy, ...] = get_args(ReadPolicy)
# Those that need no session; transactions have no others.
SQL_POLICIES: tuple[ReadPolicy, ...] = ("leader", "any", "followers", "nearest", "bounded", "recent")
Coordination: TypeAlias = Literal["controller", "election", "manual"]


RULE = ("replication", "synchronous")  # the settings that say when a write is acknowledged


class SingleLeaderSettings(CommonSettings, frozen=True, kw_only=True, tag="single-leader"):
    """How the cluster replicates; times in milliseconds."""

    replication: Replication = "semi-sync"
    synchronous: tuple[str, ...] = ()  # `sync`: the followers that a write waits for; none named: all
    reads: ReadPolicy = "leader"
    epochs: bool = True  # followers refuse a leader of an older epoch
    lease: bool = False  # a leader may lead only while the controller's lease lasts
    stonith: bool = False  # the old leader is shut down before another is promoted
    coordination: Coordination = "controller"  # who replaces a silent leader; `manual`: an operator's order
    lease_ms: int = 400
    semi_sync_timeout_ms: int = 400  # semi-sync-timeout: give up waiting; semi-sync: take another follower
    read_bound_ms: int = 400  # `bounded`: how far behind a follower may be; `leader-for-a-while`: how long
    token_wait_ms: int = 200  # how long a replica waits for the position in a client's token
    partitions: Layout = ()  # which replicas hold which part of the keys; empty: all hold everything
    replication_log: ReplicationLog = "row"  # how the log records changes of the SQL tables
    reporting_indexes: bool = False  # every replica but the first has an extra index, as if for reports
    feed: FeedKind = "log"  # how a consumer beside the cluster learns of changes
    feed_epochs: bool = True  # its place is checked against the leader's log by epoch, too
    epoch_keys: bool = False  # key counters begin anew in each epoch, far beyond earlier ones
    new_format: tuple[str, ...] = ()  # replicas that store in another format: larger pages, UTF-16
    batch_entries: int = 64  # so that even the largest values fit into one message
    copy_by: CopyMethod = "snapshot"  # what a newcomer gets: a consistent snapshot, or the changing file
    chunk_bytes: int = 256 * 1024  # of a copy, in one message
    copy_kb_per_s: int = 50_000  # limits a copy, to leave room for clients' requests
    checkpoint_pages: int = 1000  # at so many pages, SQLite's own log goes into the database file
    log_retention_entries: int = 100_000  # older entries are trimmed from the log; a snapshot replaces them
    on_log_gone: OnLogGone = "snapshot"  # if a follower needs trimmed entries: copy, or `skip` the gap

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.coordination == "election" and (self.lease or self.stonith or not self.epochs):
            raise ValueError(
                "coordination 'election' needs epochs, and leaves no place for the controller's lease and "
                "stonith; an elected leader leads only while a majority answers it"
            )
        if self.replication_log == "wal" and self.reporting_indexes:
            raise ValueError(
                "reporting_indexes gives some replicas an index more, and a copy of the leader's pages "
                "(replication_log 'wal') has exactly the leader's indexes"
            )
        self._check_synchronous()
        partitions.check(self.partitions)
        if self.partitions and self.coordination != "election":
            raise ValueError(
                f"the replicas of several partitions elect their leaders themselves; coordination must be "
                f"'election', not {self.coordination!r}: the controller knows of one log only"
            )
        if self.lease and self.lease_ms <= self.heartbeat_ms:
            raise ValueError(
                f"lease_ms ({self.lease_ms}) must be longer than heartbeat_ms ({self.heartbeat_ms})"
            )

    def _check_synchronous(self) -> None:
        if not self.synchronous:
            return
        if self.replication != "sync":
            raise ValueError(
                f"synchronous names the followers that 'sync' waits for, and replication is "
                f"{self.replication!r}; leave synchronous out"
            )
        if len(set(self.synchronous)) < len(self.synchronous):
            raise ValueError(f"synchronous names a follower twice: {', '.join(self.synchronous)}")
        if self.partitions:
            raise ValueError(
                "synchronous names followers of one leader, and several partitions have several; "
                "leave synchronous out, and 'sync' waits for all followers of each"
            )

    @property
    def followers_matter(self) -> bool:
        """False if neither writes nor bounded reads depend on how far the followers are."""
        return self.replication != "async" or self.reads == "bounded"

    @property
    def shows_only_acknowledged(self) -> bool:
        """True if followers show their readers nothing of which they do not know that it is acknowledged."""
        return self.reads in ("consistent-prefix", "causal-order")

    @property
    def groups(self) -> Layout:
        """See `CommonSettings`: the partitions."""
        return self.partitions

    @property
    def lone(self) -> bool:
        """Is a leader that may still lead certainly the only one? Only then can it vouch for what it says."""
        return self.lease or self.coordination == "election"

    @property
    def watched(self) -> bool:
        """See `CommonSettings`."""
        return self.coordination != "election"

    @property
    def named(self) -> tuple[str, ...]:
        """See `CommonSettings`."""
        return (*super().named, *self.new_format, *self.synchronous)

    def with_those_of(self, other: "SingleLeaderSettings", *names: str) -> "SingleLeaderSettings":
        """These settings, but with the named ones taken from `other`."""
        return replace(self, **{name: getattr(other, name) for name in names})

    def check_fit(self, replicas: Sequence[str], consumers: Sequence[str] = ()) -> None:
        """See `CommonSettings`."""
        for name in self.synchronous:
            if name not in replicas:
                raise ValueError(
                    f"a write is to wait for {name!r}, which is no replica; there are {', '.join(replicas)}"
                )
        partitions.check_fit(self.partitions, replicas, consumers)
        if consumers and self.feed == "log" and self.replication_log != "row":
            raise ValueError(
                f"{', '.join(consumers)} would follow a log without complete rows (replication_log "
                f"{self.replication_log!r}) and learn nothing; ship 'row', or let the feed be 'outbox'"
            )


SETTINGS = SingleLeaderSettings
