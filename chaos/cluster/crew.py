"""Which nodes belong to a cluster at the moment: the members of its shape, and spares that have joined."""

from chaos.cluster import ClusterError
from chaos.cluster.links import CONTROLLER
from chaos.cluster.shape import Shape
from services.groups.partitions import Layout, fellows, groups
from services.settings import USUAL, CommonSettings


class Crew:
    """The names of a cluster's nodes, and its settings; only `replicas`, `spares` and `settings` change."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.replicas = shape.members
        self.gateways = shape.gateway_names
        self.companions = tuple(shape.companion_roles)
        self.devices = shape.device_names
        self.settings: CommonSettings = USUAL

    @property
    def partitions(self) -> Layout:
        """The replicas of each partition of the keys; empty if all replicas hold the same."""
        return self.settings.groups

    @property
    def joined(self) -> tuple[str, ...]:
        """The spares that have joined."""
        return tuple(node for node in self.shape.spare_names if node in self.replicas)

    @property
    def spares(self) -> tuple[str, ...]:
        """The spares that are still in reserve."""
        return tuple(node for node in self.shape.spare_names if node not in self.replicas)

    @property
    def with_data(self) -> tuple[str, ...]:
        """The nodes to read in the end: the replicas, and devices if they keep data."""
        return (*self.replicas, *(self.devices if self.settings.devices_hold_data else ()))

    @property
    def at_work(self) -> tuple[str, ...]:
        """All nodes whose process should run, the controller last."""
        return (*self.replicas, *self.gateways, *self.companions, CONTROLLER)

    @property
    def groups(self) -> Layout:
        """The replicas of each partition; all replicas if there is only one."""
        return groups(self.partitions, self.replicas)

    def fellows(self, node: str) -> tuple[str, ...]:
        """The replicas that hold the same keys as `node`, including itself."""
        return fellows(node, self.partitions, self.replicas)

    def must_exist(self, node: str) -> None:
        """Raise `ClusterError` unless there is a node called `node`, perhaps in reserve."""
        if node not in self.shape.nodes:
            raise ClusterError(f"nobody is called {node!r}; there are {', '.join(self.shape.nodes)}")

    def must_be_spare(self, node: str) -> None:
        """Raise `ClusterError` unless `node` is in reserve."""
        if node not in self.spares:
            reserve = ", ".join(self.spares) or "nobody"
            raise ClusterError(f"{node} is no spare replica; in reserve: {reserve}")

    def enlist(self, node: str) -> None:
        """Make the spare `node` one of the replicas. Raises `ClusterError`."""
        self.must_be_spare(node)
        self.replicas = (*self.replicas, node)

    def dismiss(self) -> None:
        """Go back to the start: replicas that have joined become spares again."""
        self.replicas = self.shape.members
