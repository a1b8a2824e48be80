"""Whom faults can strike in a cluster: what links there are, also when a role may be any of several nodes.

Not every pair of nodes talks. Gateways ask replicas and never each other, no replica asks a gateway, and
companions know no controller. A fault of a link that is not there would be a fault in name only. A role
(`leader`, `follower`) is settled when the fault strikes, so whatever it may mean must have the link.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from chaos.cluster.links import CONTROLLER
from chaos.cluster.shape import Shape
from chaos.targets.target import roles_of
from services.groups.partitions import Layout, groups
from services.settings import USUAL, CommonSettings


@dataclass(frozen=True)
class Aims:
    """Those of a cluster of `shape` with these `settings`; spares have not joined yet."""

    shape: Shape
    settings: CommonSettings = USUAL

    @property
    def nodes(self) -> tuple[str, ...]:
        """Everybody."""
        return (*self.shape.members, *self.others)

    @property
    def others(self) -> tuple[str, ...]:
        """Everybody but the replicas."""
        return (*self.shape.gateway_names, *self.shape.companion_roles, CONTROLLER)

    @property
    def machines(self) -> tuple[str, ...]:
        """Those of them whose machines are struck: clocks and disks."""
        return (CONTROLLER, *self.shape.device_names)

    @property
    def with_data(self) -> tuple[str, ...]:
        """The replicas, and the devices, each of which is as good as one."""
        return (*self.shape.members, *self.shape.device_names)

    @property
    def leaders(self) -> tuple[str, ...]:
        """The leader of each partition, as a role; none in a family without one."""
        if "leader" not in roles_of(self.settings.family):
            return ()
        count = len(self._groups)
        return ("leader", *(f"leader-{number}" for number in range(2, count + 1)))

    @cached_property
    def _groups(self) -> Layout:
        return groups(self.settings.groups, self.shape.members)

    @property
    def has_followers(self) -> bool:
        """False where a replica is alone with its keys, and where nobody leads."""
        return bool(self.leaders) and len(self.may_be("follower")) > 1

    def may_be(self, name: str) -> tuple[str, ...]:
        """The nodes that `name` may mean."""
        role, _, number = name.partition("-")
        if role not in ("leader", "follower"):
            return (name,)
        return self._groups[int(number or "1") - 1]

    def peers(self, source: str, one_way: bool) -> tuple[str, ...]:
        """Those whom `source` asks, or with whom it talks at all; whoever of several nodes it is."""
        sources = self.may_be(source)
        return tuple(
            node
            for node in self.nodes
            if sources != (node,) and all(self._linked(one, node, one_way) for one in sources if one != node)
        )

    def linked(self, source: str, targets: Sequence[str]) -> tuple[str, ...]:
        """Those of `targets` with whom the node `source` talks."""
        return tuple(node for node in targets if self._linked(source, node, one_way=False))

    def _linked(self, source: str, target: str, one_way: bool) -> bool:
        return (source, target) in self._pairs or (not one_way and (target, source) in self._pairs)

    @cached_property
    def _pairs(self) -> frozenset[tuple[str, str]]:
        """Only asked whether something is in it."""
        return frozenset((link.source, link.target) for link in self.shape.links if not link.out_of_band)
