"""Every role that a node can play, and the class that plays it.

A new role needs a line here and one in `services.messages.OF_ROLE`. A class is imported when a node of its
role is made, because a replica does not need a gateway's code.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from services.loading import load
from services.node import Node
from services.ports import Env
from services.settings import NodeSettings

Maker: TypeAlias = Callable[[Env, NodeSettings], Node]

ROLES: Mapping[str, str] = {
    "replica": "services.replica.replica:Replica",
    "controller": "services.controller.controller:Controller",
    "gateway": "services.gateway.gateway:Gateway",
    "device": "services.device.device:Device",
    "cache": "services.companions.cache:Cache",
    "indexer": "services.companions.consumer:Indexer",
    "carrier": "services.companions.consumer:Carrier",
}


def maker(role: str) -> Maker:
    """What makes a node of `role`. Raises `KeyError` if there is no such role."""
    make: Maker = load(ROLES[role])
    return make
