"""What a fault, a workload and a scenario may know of a cluster, whatever it runs on.

One protocol for every runtime. Nothing in it is particular to our own replicas: nodes, links, processes,
roles. Runtimes say which abilities they have, faults which they need, and a mismatch is reported before
anything starts.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from chaos.cluster.links import Link
from services.settings import AnySettings

T = TypeVar("T")
RETRY_S, SELDOM_S = 0.02, 0.1  # how long to wait before another look: short at first, then longer
MORE_SELDOM = 1.25

Ability: TypeAlias = Literal["links", "kill", "pause", "restart", "clocks", "disks"]
ProcessState: TypeAlias = Literal["running", "paused", "dead"]
OtherDisk: TypeAlias = Literal["empty", "kept"]
Stillness: TypeAlias = Literal["no", "asleep", "frozen"]


@dataclass(frozen=True)
class LinkState:
    """What a link does to the bytes on it; the default is a healthy link.

    A cut is a black hole, never a closed port: the sender is left guessing. `latency_s` is added
    once to each round trip.
    """

    cut_requests: bool = False
    cut_replies: bool = False
    latency_s: float = 0.0
    jitter_s: float = 0.0
    bandwidth_kb_per_s: int | None = None
    refused: bool = False


HEALTHY = LinkState()
CUT = LinkState(cut_requests=True, cut_replies=True)


@dataclass(frozen=True)
class ClockState:
    """What is wrong with a machine's clocks; the default is nothing.

    `offset_s` is added to its wall clock, `rate` is how fast all clocks run (1.01 gains a second in a
    hundred). With a strobe the wall clock alternates every `period_s` between right and wrong by `strobe_s`.
    A machine that stands `still` is `asleep`, which its boot-time clock counts, or `frozen` from outside,
    which none of its clocks counts. When `rate` is 1 again, the wall clock is corrected at once.
    """

    offset_s: float = 0.0
    rate: float = 1.0
    strobe_s: float = 0.0
    period_s: float = 0.05
    still: Stillness = "no"

    def __post_init__(self) -> None:
        if self.rate <= 0 or self.period_s <= 0:
            raise ValueError(f"rate ({self.rate}) and period_s ({self.period_s}) must be positive")


@dataclass(frozen=True)
class DiskState:
    """What is wrong with a disk; the default is nothing. `slow` multiplies the time of every access."""

    slow: float = 1.0
    full: bool = False


@dataclass(frozen=True)
class Event:
    """One line of a node's log; `time_s` is wall-clock seconds since 1970."""

    time_s: float
    node: str
    event: str
    fields: Mapping[str, Any]


class Cluster(Protocol):
    """A running cluster, with faults. Every method raises `ClusterError` with a remedy in its text."""

    name: str
    runtime: str
    abilities: frozenset[Ability]
    links: tuple[Link, ...]

    @property
    def gateways(self) -> Mapping[str, str]:
        """The base URL of each gateway, for clients."""

    @property
    def doors(self) -> Mapping[str, str]:
        """The same plus the devices, each for its own users; one object, which is kept up to date."""

    @property
    def addresses(self) -> Mapping[str, str]:
        """The base URL at which each node answers the lab; no fault touches the way there. Empty on `sim`."""

    @property
    def replicas(self) -> tuple[str, ...]:
        """The present replicas: those from the start, and the spares that have joined."""

    @property
    def partitions(self) -> tuple[tuple[str, ...], ...]:
        """The replicas of each partition of the keys; empty if all replicas hold the same."""

    @property
    def spares(self) -> tuple[str, ...]:
        """Replicas in reserve: they have a machine, links and a disk, but no process yet."""

    @property
    def companions(self) -> tuple[str, ...]:
        """Nodes of other roles beside the cluster."""

    @property
    def devices(self) -> tuple[str, ...]:
        """The companions that are devices: each answers its own users."""

    @property
    def with_data(self) -> tuple[str, ...]:
        """The nodes that hold data: the replicas, and devices if the family keeps data there."""

    async def configure(self, settings: AnySettings) -> None:
        """Empty data, these settings on every node; returns when a leader takes writes again."""

    async def enlist(self, node: str) -> None:
        """Start the spare `node`, empty, and tell it to join; from now on it is one of the `replicas`.

        Returns when it answers, long before it has caught up.
        """

    async def resolve(self, target: str) -> str:
        """The node that `target` names: a node's own name, or `leader` or `follower`.

        If the keys are shared out over partitions, these mean the first, and `leader-2` means the second.
        """

    async def set_link(self, link: Link, state: LinkState) -> None:
        """Put `link` into `state`, read back from the proxy."""

    async def link_state(self, link: Link) -> LinkState:
        """The state that the proxy reports."""

    async def probe(self, link: Link, timeout_s: float) -> Literal["passed", "no-answer", "refused"]:
        """Send a harmless request through `link`, from its source's side, and say what came back."""

    async def kill(self, node: str) -> None:
        """SIGKILL; returns when the process is gone."""

    async def pause(self, node: str) -> None:
        """SIGSTOP; returns when the process stands still."""

    async def resume(self, node: str) -> None:
        """SIGCONT; returns when the process runs again, or has ended, if it was shot while paused."""

    async def restart(self, node: str) -> None:
        """Start a dead node again on its old disk; returns when it answers."""

    async def process_state(self, node: str) -> ProcessState:
        """What the operating system (or the engine) says of the node's process."""

    async def revive_proxy(self) -> ProcessState:
        """Make the links' proxy work again if it was paused or dead; returns the state it was found in."""

    async def order(self, name: str, node: str | None = None) -> str:
        """Give an operator's order, for instance `promote`; returns which node has carried it out.

        The target (`chaos.targets`) defines which orders there are, and what exactly they return.
        """

    async def must_have_settled(self) -> None:
        """Raise `ClusterError` saying what is missing, until no node owes anything and replicas agree."""

    async def status(self, node: str) -> Mapping[str, Any]:
        """The node's own status: role, mark, owes, and what its family adds (over the lab's link)."""

    async def contents(self, node: str) -> Mapping[str, Any]:
        """Everything that a replica holds: `registers`, `sets`, `tables`, `epoch`, `position`."""

    def events(self) -> Sequence[Event]:
        """All log lines so far, of all nodes, in time order."""

    def tell(self, text: str) -> None:
        """Write `text` into this cluster's own logs, if it has any, for people who watch; returns at once."""

    async def close(self) -> None:
        """Heal, then stop and remove whatever this object started."""


class Machines(Cluster, Protocol):
    """Extra methods of a cluster with the abilities `clocks` and `disks`."""

    async def set_clock(self, node: str, state: ClockState) -> None:
        """Make the clocks of `node` wrong in this way, from now on."""

    async def set_disk(self, node: str, state: DiskState) -> None:
        """Put the disk of `node` into this state, from now on."""

    async def keep_disk(self, node: str) -> None:
        """Make a copy of what is on the disk now, for a later `restart`."""

    async def restart(self, node: str, disk: Literal["same"] | OtherDisk = "same") -> None:
        """See `Cluster`; the node may find another disk: an empty one, or the copy made by `keep_disk`."""


class ClusterError(Exception):
    """The cluster could not do what was asked; the text names the node or link and the remedy."""


class WrongUsageError(ClusterError):
    """The request makes no sense; the text names what there is."""


class WhichError(WrongUsageError):
    """It is unclear which cluster is meant, or it belongs to another folder; the text says what helps."""


async def eventually(attempt: Callable[[], Awaitable[T]], deadline_s: float, *, longest_s: float = 0.0) -> T:
    """The result of `attempt`, repeated while it raises `ClusterError`.

    After `deadline_s` the last error is raised: it says what was still missing. With `longest_s`, the
    deadline moves on, up to that limit, whenever the error changes, because that means progress.
    """
    loop = asyncio.get_running_loop()
    began, pause_s, missing = loop.time(), RETRY_S, ""
    deadline = began + deadline_s
    while True:
        try:
            return await attempt()
        except ClusterError as error:
            if str(error) != missing:
                missing = str(error)
                deadline = max(deadline, min(loop.time() + deadline_s, began + longest_s))
            if loop.time() >= deadline:
                raise
        await asyncio.sleep(pause_s)
        pause_s = min(SELDOM_S, MORE_SELDOM * pause_s)


async def all_of(calls: Iterable[Awaitable[T]]) -> list[T]:
    """The results in order, once every call has ended; raises the first error only then."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]


def links_between(links: Sequence[Link], a: Sequence[str], b: Sequence[str]) -> tuple[Link, ...]:
    """The touchable links from one of `a` to one of `b` or back; those to a switch only if it is named."""
    pairs = {(x, y) for x in a for y in b} | {(y, x) for x in a for y in b}
    return tuple(link for link in links if link.touchable and (link.source, link.address_key) in pairs)


def links_touching(links: Sequence[Link], node: str) -> tuple[Link, ...]:
    """The touchable links that begin or end at `node`; those to power switches only where they end."""
    return tuple(link for link in links if link.touchable and node in _aims(link))


def _aims(link: Link) -> tuple[str, ...]:
    """The targets that include this link."""
    return (link.address_key,) if link.out_of_band else (link.source, link.target)
