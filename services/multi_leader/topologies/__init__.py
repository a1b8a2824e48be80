"""Who ships whose changes to whom: one file for each topology, a pure function on names.

Sending, confirming and resuming are the same for all. A topology only says where a leader's changes go, and
which changes of others it hands on. No change runs in circles, because it carries its origin: no leader sends
a change back to its origin, and a leader that receives one twice recognizes it by its number.
"""

from collections.abc import Sequence
from typing import Protocol, TypeAlias

from services.loading import load
from services.settings.multi_leader import TopologyName

Routes: TypeAlias = dict[str, tuple[str, ...]]  # for each peer, the origins whose changes it is sent


class Topology(Protocol):
    """A topology."""

    def __call__(self, node: str, nodes: Sequence[str], gone: Sequence[str]) -> Routes:
        """What `node`, one of `nodes`, ships; `gone` are those from which it hears nothing."""


def topology_of(name: TopologyName) -> Topology:
    """The topology in `services/multi_leader/topologies/NAME.py`."""
    topology: Topology = load(f"services.multi_leader.topologies.{name.replace('-', '_')}:routes")
    return topology


def all_but(peer: str, nodes: Sequence[str]) -> tuple[str, ...]:
    """The origins whose changes `peer` may lack."""
    return tuple(origin for origin in nodes if origin != peer)


def next_of(node: str, nodes: Sequence[str]) -> str:
    """The node after `node` in the ring of `nodes`; itself if it is alone."""
    return nodes[(nodes.index(node) + 1) % len(nodes)]
