"""What was seen of a cluster: what `chaos.by_hand.looking` found, and the cluster's shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chaos.cluster import Cluster, LinkState
from chaos.cluster.links import CONTROLLER, Link
from chaos.targets.target import orders_of
from services.families import DEFAULT

ELECTION = "election"  # how replicas choose their leaders where no controller does
Account = Mapping[str, Any]  # of one node: `process`, and what it says of itself


@dataclass(frozen=True)
class Seen:
    """One look at a cluster. `settings` are the last known ones, perhaps from a while ago."""

    name: str
    runtime: str
    accounts: Sequence[Account]
    links: Sequence[Link]
    states: Mapping[str, LinkState]  # of the links that are not healthy
    replicas: Sequence[str]
    doors: Sequence[str]
    devices: Sequence[str] = ()
    abilities: frozenset[str] = frozenset()
    settings: Mapping[str, Any] = field(default_factory=dict)
    links_error: str = ""

    @property
    def family(self) -> str:
        """The family's name."""
        return str(self.settings.get("family", DEFAULT))

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders that an operator may give a cluster of this family."""
        return orders_of(self.family)

    @property
    def running(self) -> list[Account]:
        """The accounts of those who answered."""
        return [each for each in self.accounts if "role" in each]

    def account(self, node: str) -> Account:
        """That node's account; an empty one where there is none."""
        return next((each for each in self.accounts if each["node"] == node), {})

    @property
    def groups(self) -> dict[int | None, list[Account]]:
        """The accounts of the replicas by partition; all under None where there are no partitions."""
        groups: dict[int | None, list[Account]] = {}
        for account in self.accounts:
            if account["node"] in self.replicas:
                groups.setdefault(account.get("partition"), []).append(account)
        return groups

    def hears(self, node: str) -> bool:
        """Has the controller heard from that replica in time, as far as it says?"""
        return bool(self.account(CONTROLLER).get("watches", {}).get(node, 1))

    def kind(self, node: str) -> str:
        """What kind of node it is."""
        if node == CONTROLLER:
            return "controller"
        if node in self.devices:
            return "device"
        if node in self.doors:
            return "gateway"
        return "replica" if node in self.replicas else "companion"

    def fellows(self, node: str) -> list[Account]:
        """The accounts of the replicas that hold the same keys, including its own."""
        partition = self.account(node).get("partition")
        return [
            each
            for each in self.accounts
            if each.get("partition") == partition and each["node"] in self.replicas
        ]


def seen_in(cluster: Cluster, found: Mapping[str, Any], settings: Mapping[str, Any]) -> Seen:
    """The look `found` at `cluster`; `settings` are used if no node says what they are."""
    told = (each.get("settings") for each in found["nodes"])
    return Seen(
        name=cluster.name,
        runtime=cluster.runtime,
        accounts=found["nodes"],
        links=[link for link in cluster.links if link.touchable],
        states={each["link"]: _state(each) for each in found["links"]},
        replicas=cluster.replicas,
        doors=tuple(cluster.doors),
        devices=cluster.devices,
        abilities=frozenset(cluster.abilities),
        settings=next(filter(None, told), settings),
        links_error=found.get("links_error", ""),
    )


def _state(found: Mapping[str, Any]) -> LinkState:
    return LinkState(**{name: value for name, value in found.items() if name != "link"})
