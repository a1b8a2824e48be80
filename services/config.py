"""Settings: read once, checked once, frozen.

Two kinds. `ClusterSettings` is what a scenario's variant chooses: how replication, fencing, leases
and reads behave; every node of a cluster has the same, and an order can replace them. `NodeSettings`
is where a node lives: its name, its links, its directory; it comes from the environment.
"""

import json
import os
from collections.abc import Mapping, Sequence
from operator import attrgetter, gt
from pathlib import Path
from typing import Literal, TypeAlias

import msgspec

from services.groups import partitions
from services.groups.partitions import Layout

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
    "nearest",
    "bounded",
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
Coordination: TypeAlias = Literal["controller", "election", "manual"]


MOST, MOST_MS, MOST_CHUNK_BYTES = 2**31, 24 * 3600 * 1000, 16 << 20  # a chunk must fit into a message
LEAST_PER_S = 0.01


class ClusterSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the cluster replicates; times in milliseconds."""

    replication: Replication = "semi-sync"
    reads: ReadPolicy = "leader"
    epochs: bool = True  # followers refuse a leader of an older epoch
    lease: bool = False  # a leader may lead only while the controller's lease lasts
    stonith: bool = False  # the old leader is shut down before another is promoted
    coordination: Coordination = "controller"  # who replaces a silent leader; `manual`: an operator's order
    heartbeat_ms: int = 100
    detection_timeout_ms: int = 600
    lease_ms: int = 400
    call_timeout_ms: int = 500  # a single message between nodes
    acknowledge_timeout_ms: int = 1000  # how long a write waits for its followers
    semi_sync_timeout_ms: int = 400  # semi-sync-timeout: give up waiting; semi-sync: take another follower
    read_bound_ms: int = 400  # `bounded`: how far behind a follower may be; `leader-for-a-while`: how long
    token_wait_ms: int = 200  # how long a replica waits for the position in a client's token
    datacenters: tuple[tuple[str, ...], ...] = ()  # which replicas and gateways stand in one place
    partitions: Layout = ()  # which replicas hold which part of the keys; none: all hold everything
    replication_log: ReplicationLog = "row"  # how changes of the SQL tables are written down
    reporting_indexes: bool = False  # every replica but the first has an index more, as for reports
    feed: FeedKind = "log"  # how a consumer beside the cluster learns of changes
    feed_epochs: bool = True  # its place is held against the leader's log, and not a number alone
    epoch_keys: bool = False  # counters of keys begin anew in each epoch, far beyond those before
    new_format: tuple[str, ...] = ()  # replicas that store in another format: larger pages, UTF-16
    batch_entries: int = 64  # so that even the largest values fit into one message
    capacity_per_s: float | None = None  # so many requests of clients a replica serves; None: all it can
    copy_by: CopyMethod = "snapshot"  # what a newcomer gets: a consistent snapshot, or the moving file
    chunk_bytes: int = 256 * 1024  # of a copy, in one message
    copy_kb_per_s: int = 50_000  # no faster, so that a copy leaves room for the clients' requests
    checkpoint_pages: int = 1000  # so many pages in SQLite's own log, and they go into the database file
    log_retention_entries: int = 100_000  # older entries are trimmed from the log; a snapshot replaces them
    on_log_gone: OnLogGone = "snapshot"  # a follower needs what was trimmed: copy, or `skip` the gap

    def __post_init__(self) -> None:
        values = _bounded(self)
        if min(values) <= 0 or any(map(gt, values, _MOST)):
            rows = zip(_BOUNDED, values, _MOST, strict=True)
            name, value, most = next(row for row in rows if not 0 < row[1] <= row[2])
            raise ValueError(f"{name} must be positive and at most {most}, not {value}")
        if self.capacity_per_s is not None and not LEAST_PER_S <= self.capacity_per_s <= MOST:
            raise ValueError(
                f"capacity_per_s must be {LEAST_PER_S} to {MOST} or absent, not {self.capacity_per_s}"
            )
        if self.detection_timeout_ms <= self.heartbeat_ms:
            raise ValueError(
                f"detection_timeout_ms ({self.detection_timeout_ms}) must be longer than "
                f"heartbeat_ms ({self.heartbeat_ms}), or every node looks dead between two heartbeats"
            )
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
        placed = [node for datacenter in self.datacenters for node in datacenter]
        if len(set(placed)) < len(placed):
            raise ValueError(f"a node stands in two of the datacenters {self.datacenters}")
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

    @property
    def followers_matter(self) -> bool:
        """False when neither writes nor bounded reads depend on how far the followers are."""
        return self.replication != "async" or self.reads == "bounded"

    @property
    def patience_s(self) -> float:
        """How long a gateway waits: as long as the leader may for its followers, and the way there."""
        return (self.call_timeout_ms + self.acknowledge_timeout_ms) / 1000

    def near(self, node: str) -> tuple[str, ...]:
        """The nodes in the datacenter of `node`; none where no datacenter is named."""
        return next((datacenter for datacenter in self.datacenters if node in datacenter), ())


def _most(name: str) -> int:
    """What nobody needs more of, and timers, SQLite and messages can still cope with."""
    if name == "chunk_bytes":
        return MOST_CHUNK_BYTES
    return MOST_MS if name.endswith("_ms") else MOST


_BOUNDED = tuple(
    name
    for name in ClusterSettings.__struct_fields__
    if name.endswith(("_ms", "_entries", "_bytes", "_pages", "_kb_per_s"))
)
_MOST = tuple(map(_most, _BOUNDED))
_bounded = attrgetter(*_BOUNDED)


class NodeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where one node lives.

    `links` maps each node it talks to onto the base URL of its own link to that node.
    """

    node: str
    role: str  # one of `services.roles`
    host: str = "127.0.0.1"
    port: int = 7000
    replicas: tuple[str, ...]
    gateways: tuple[str, ...]
    companions: dict[str, str] = {}  # nodes of other roles beside the cluster, and their roles
    links: dict[str, str]
    cache_server: str = ""  # the URL of a cache's Redis server; empty: one of its own
    data_dir: Path
    token: str
    allowed_hosts: tuple[str, ...] = ()
    log_format: Literal["text", "json"] = "text"
    cluster: ClusterSettings = ClusterSettings()

    def __post_init__(self) -> None:
        check_fit(self.cluster, self.replicas, self.consumers)

    @property
    def followers(self) -> tuple[str, ...]:
        """The other replicas, in name order."""
        return tuple(name for name in self.replicas if name != self.node)

    @property
    def consumers(self) -> tuple[str, ...]:
        """The companions that follow the log; a cache knows nothing of it."""
        return tuple(name for name, role in self.companions.items() if role != "cache")


def check_fit(cluster: ClusterSettings, replicas: Sequence[str], consumers: Sequence[str] = ()) -> None:
    """Raise `ValueError` unless these settings are for a cluster of these replicas and consumers."""
    partitions.check_fit(cluster.partitions, replicas, consumers)
    if consumers and cluster.feed == "log" and cluster.replication_log != "row":
        raise ValueError(
            f"{', '.join(consumers)} would follow a log without complete rows (replication_log "
            f"{cluster.replication_log!r}) and learn nothing; ship 'row', or let the feed be 'outbox'"
        )


def settings_from(role: str, environ: Mapping[str, str] = os.environ) -> NodeSettings:
    """Read `LAB_NODE`, `LAB_REPLICAS`, `LAB_GATEWAYS`, `LAB_LINKS` (JSON) and the rest.

    Raises `ValueError` that names the variable, its value and what would be right.
    """
    try:
        return msgspec.convert(
            {
                "node": _required(environ, "LAB_NODE"),
                "role": role,
                "host": environ.get("LAB_HOST", "127.0.0.1"),
                "port": environ.get("LAB_PORT", "7000"),
                "replicas": _names(environ, "LAB_REPLICAS"),
                "gateways": _names(environ, "LAB_GATEWAYS"),
                "companions": _json(environ, "LAB_COMPANIONS"),
                "links": _json(environ, "LAB_LINKS"),
                "cache_server": environ.get("LAB_CACHE_SERVER", ""),
                "data_dir": Path(environ.get("LAB_DATA_DIR", "data")),
                "token": _token(environ),
                "allowed_hosts": _names(environ, "LAB_ALLOWED_HOSTS"),
                "log_format": environ.get("LOG_FORMAT", "text"),
                "cluster": _json(environ, "LAB_SETTINGS"),
            },
            NodeSettings,
            strict=False,
        )
    except msgspec.ValidationError as error:
        raise ValueError(f"the node's environment is not usable: {error}") from error


def _required(environ: Mapping[str, str], name: str) -> str:
    if not environ.get(name):
        raise ValueError(
            f"the environment variable {name} is missing; docker-compose.yml shows what a node needs"
        )
    return environ[name]


def _token(environ: Mapping[str, str]) -> str:
    """`LAB_TOKEN`, or what is in the file that `LAB_TOKEN_FILE` names."""
    path = environ.get("LAB_TOKEN_FILE")
    if not path:
        return _required(environ, "LAB_TOKEN")
    try:
        token = Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeError) as error:
        raise ValueError(f"LAB_TOKEN_FILE is {path}, which cannot be read: {error}") from error
    if not token:
        raise ValueError(f"LAB_TOKEN_FILE is {path}, which is empty; a token is a word of your choice")
    return token


def _names(environ: Mapping[str, str], name: str) -> list[str]:
    return [part.strip() for part in environ.get(name, "").split(",") if part.strip()]


def _json(environ: Mapping[str, str], name: str) -> object:
    text = environ.get(name) or "{}"
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"{name} must be a JSON object, not {text!r}: {error}") from error
