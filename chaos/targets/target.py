"""Any family, to the lab: when it serves, and whom a name means.

Most of it is what every node says of itself: a `mark` of what it holds, and how much it `owes`. A cluster
serves when everybody answers, nobody owes anything, and the marks agree wherever the settings promise that.
Whoever brings roles to aim at, or orders of operators, has a module here by its name, for instance
`chaos.targets.single_leader`; a family without one is known by this alone.
"""

import importlib
import importlib.util
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, TypeVar

from chaos.cluster import ClusterError, all_of
from chaos.cluster.crew import Crew
from chaos.cluster.links import CONTROLLER
from services.families import module_name
from services.messages import Message, Status
from services.settings import CommonSettings

M = TypeVar("M", bound=Message)
ANSWER_S = 5.0
GLANCE_S = 0.5  # to find out who leads, when whoever stands still must not stop the lab

WHAT_FOR: Mapping[str, str] = {  # orders, as they are named among programs, in words
    "promote": "promote a replica to leader",
    "hand-over": "hand the lead over",
    "prepare-upgrade": "change the storage format of a node",
    "replicate": "choose for which followers a write waits",
}
NEEDS_ONE_LEADER = "only a cluster with one leader has it: `./lab up` without --strategy starts one"


class Asking(Protocol):
    """What a target may do to the nodes: see `chaos.runtimes.orders.Orders`."""

    @property
    def crew(self) -> Crew:
        """Who there is, and by which settings."""

    async def ask(self, node: str, message: Message, expected: type[M], timeout_s: float = ANSWER_S) -> M:
        """The reply of `node`. Raises `ClusterError`."""

    async def status(self, node: str) -> Status:
        """The node's own account of itself. Raises `ClusterError`."""


class Target:
    """Base of every family's target, and all that is known of one that brings none."""

    roles: tuple[str, ...] = ()  # what a fault may aim at besides nodes by their names
    orders: tuple[str, ...] = ()  # of operators

    def __init__(self, asking: Asking) -> None:
        self.asking, self.crew = asking, asking.crew

    async def resolve(self, target: str) -> str:
        """The node that `target` names. Raises `ClusterError` that says what there is."""
        nodes = (*self.crew.at_work, *self.crew.spares)
        if target in nodes:
            return target
        return await self.aim(target, ", ".join((*nodes, *self.roles)))

    async def aim(self, target: str, known: str) -> str:
        """The same, of one that is no node's name."""
        raise ClusterError(f"nobody is called {target!r}; there are {known}")

    async def must_serve(self) -> None:
        """Raises `ClusterError` that says what is missing until the cluster takes its clients' requests."""
        await self.must_have_settled()
        await all_of(self.asking.status(node) for node in self.crew.companions)

    async def must_have_settled(self) -> None:
        """Raises `ClusterError` that says who still owes what, or whose marks differ."""
        nodes = (*self.crew.replicas, *self.crew.devices, *self.crew.gateways, CONTROLLER)
        accounts = await all_of(self.asking.status(node) for node in nodes)
        _must_owe_nothing(accounts)
        if self.crew.settings.converges:
            self.must_agree([account for account in accounts if account.node in self.crew.with_data])

    def must_agree(self, accounts: Sequence[Status]) -> None:
        """Raises `ClusterError` unless the replicas hold what they promise once nobody owes anything.

        Devices are among the `accounts`; most families have no work for one.
        """
        for group in self.crew.groups:
            marks_must_agree([account for account in accounts if account.node in group])

    def has_begun(self, account: Status) -> bool:
        """Has a node that was just emptied done anything since? Nothing may have happened in the silence."""
        return False

    @staticmethod
    def must_be_usable(settings: CommonSettings) -> None:
        """Raise `ClusterError` for settings that name something which is not on this machine."""

    @property
    def may_be_shot(self) -> bool:
        """May a node's power switch end its process, although nobody here has killed it?"""
        return False

    async def join(self, node: str) -> None:
        """Tell `node`, a replica without data, to become one of them. Raises `ClusterError`."""
        raise ClusterError(f"no replica can join a {self.crew.settings.family} cluster that runs")

    async def order(self, name: str, node: str | None = None) -> str:
        """See `Cluster.order`. Raises `ClusterError` that says what is possible."""
        if name in self.orders:
            raise ClusterError(f"nobody is named to {WHAT_FOR.get(name, name)}; name a replica")
        about = f"there are: {', '.join(self.orders)}" if self.orders else NEEDS_ONE_LEADER
        what, family = WHAT_FOR.get(name, name), self.crew.settings.family
        raise ClusterError(f"a {family} cluster has no order to {what}; {about}")


def roles_of(family: str) -> tuple[str, ...]:
    """What one can aim at in a cluster of `family` besides its nodes by name."""
    return _kind(family).roles


def orders_of(family: str) -> tuple[str, ...]:
    """What operators may order a cluster of `family`."""
    return _kind(family).orders


def must_be_usable(settings: CommonSettings) -> None:
    """See `Target.must_be_usable`, of the family that `settings` are of."""
    _kind(settings.family).must_be_usable(settings)


def target_of(family: str, asking: Asking) -> Target:
    """The target of `family`, or what is known of any."""
    return _kind(family)(asking)


def _kind(family: str) -> type[Target]:
    name = f"chaos.targets.{module_name(family)}"
    if importlib.util.find_spec(name) is None:
        return Target
    kind: type[Target] = importlib.import_module(name).TARGET
    return kind


def _must_owe_nothing(accounts: Iterable[Status]) -> None:
    owing = [f"{each.node} ({each.role}) owes {each.owes}" for each in accounts if each.owes]
    if owing:
        raise ClusterError(f"not everything is delivered: {'; '.join(owing)}")


def marks_must_agree(accounts: Sequence[Status]) -> None:
    """Raises `ClusterError` that says where everybody stands, unless all hold the same."""
    if len({account.mark for account in accounts}) > 1:
        stands = "; ".join(f"{each.node} ({each.role}) at {each.mark}" for each in accounts)
        raise ClusterError(f"the replicas did not come to hold the same: {stands}")
