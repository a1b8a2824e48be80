"""The shape of a cluster: how many replicas and gateways, which spares, which nodes beside it.

A *spare* is a replica whose machine, links and disk exist from the start, but whose process starts only when
a script lets it join. A *companion* is a node of another role beside the cluster (a cache, a consumer of the
log); it is a `Node` like the others, so it runs on every runtime. A *device* is a companion with users of its
own, who use no gateway; it has links only with the replicas.
"""

import re
from dataclasses import dataclass

from chaos.cluster.links import CONTROLLER, LAB, Link, all_links

MOST_REPLICAS = 9
DEVICE = "device"  # the role
RESERVED = frozenset({CONTROLLER, LAB, "toxiproxy", "client", "leader", "follower", DEVICE})
NAME = re.compile("[a-z][a-z0-9-]{0,19}")  # of a directory, a container, and a link's end


@dataclass(frozen=True)
class Companion:
    """A node called `name`, of a role in `services.roles`; it has links with replicas and gateways."""

    name: str
    role: str


@dataclass(frozen=True)
class Shape:
    """The nodes of a cluster besides the controller. Raises `ValueError` naming what is wrong."""

    replicas: int = 3
    gateways: int = 2
    spares: int = 0
    companions: tuple[Companion, ...] = ()

    def __post_init__(self) -> None:
        if self.replicas < 1 or self.spares < 0 or self.replicas + self.spares > MOST_REPLICAS:
            raise ValueError(
                f"a cluster has 1 to {MOST_REPLICAS} replicas with its spares, "
                f"not {self.replicas} and {self.spares}"
            )
        if not 1 <= self.gateways <= MOST_REPLICAS:
            raise ValueError(f"a cluster has 1 to {MOST_REPLICAS} gateways, not {self.gateways}")
        names = [companion.name for companion in self.companions]
        for name in names:
            if not NAME.fullmatch(name):
                raise ValueError(
                    f"a companion cannot be called {name!r}; a name has up to 20 lower-case letters, digits "
                    "and dashes, and begins with a letter"
                )
        taken = RESERVED.union(self.machines, self.gateway_names)
        if len(set(names)) < len(names) or taken.intersection(names):
            raise ValueError(f"companions need names that no other node has, not {', '.join(names)}")

    @property
    def members(self) -> tuple[str, ...]:
        """The replicas that belong to the cluster from the start: n1, n2 …"""
        return _numbered("n", 1, self.replicas)

    @property
    def spare_names(self) -> tuple[str, ...]:
        """The replicas in reserve; their numbers follow those of the members."""
        return _numbered("n", self.replicas + 1, self.spares)

    @property
    def machines(self) -> tuple[str, ...]:
        """Members and spares."""
        return (*self.members, *self.spare_names)

    @property
    def gateway_names(self) -> tuple[str, ...]:
        """The gateways: g1, g2 …"""
        return _numbered("g", 1, self.gateways)

    @property
    def companion_roles(self) -> dict[str, str]:
        """The role of each companion, by its name."""
        return {companion.name: companion.role for companion in self.companions}

    @property
    def device_names(self) -> tuple[str, ...]:
        """The companions that are devices."""
        return tuple(name for name, role in self.companion_roles.items() if role == DEVICE)

    @property
    def door_names(self) -> tuple[str, ...]:
        """The doors for clients: the gateways and, for its own users, each device."""
        return (*self.gateway_names, *self.device_names)

    @property
    def nodes(self) -> tuple[str, ...]:
        """All nodes: replicas, spares, gateways, companions, and the controller last."""
        return (*self.machines, *self.gateway_names, *self.companion_roles, CONTROLLER)

    @property
    def links(self) -> tuple[Link, ...]:
        """Every link, including those of spares and companions."""
        others = tuple(name for name, role in self.companion_roles.items() if role != DEVICE)
        return all_links(self.machines, self.gateway_names, others, self.device_names)

    def replicas_known_to(self, node: str) -> tuple[str, ...]:
        """The members; a spare counts itself as one."""
        return (*self.members, node) if node in self.spare_names else self.members

    def role(self, node: str) -> str:
        """The role of `node`, as in `services.roles`."""
        if node == CONTROLLER:
            return "controller"
        if node in self.companion_roles:
            return self.companion_roles[node]
        return "gateway" if node in self.gateway_names else "replica"


def _numbered(letter: str, first: int, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{number}" for number in range(first, first + count))


DEFAULT = Shape()
