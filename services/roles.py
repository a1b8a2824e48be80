"""Every role that a node can play, and the class that plays it.

A new role is a line here and one in `services.messages.SERVED`. A class is imported when a node of its
role is made: a replica has no use for a gateway's code.
"""

import importlib
from collections.abc import Callable, Mapping
from typing import TypeAlias

from services.config import NodeSettings
from services.node import Node
from services.ports import Env

Maker: TypeAlias = Callable[[Env, NodeSettings], Node]

ROLES: Mapping[str, str] = {
    "replica": "services.single_leader.member:Replica",
    "controller": "services.single_leader.control.controller:Controller",
    "gateway": "services.gateway.gateway:Gateway",
    "cache": "services.companions.cache:Cache",
    "indexer": "services.companions.consumer:Indexer",
    "carrier": "services.companions.consumer:Carrier",
}


def maker(role: str) -> Maker:
    """What makes a node of `role`. Raises `KeyError` when there is no such role."""
    module, _, kind = ROLES[role].partition(":")
    make: Maker = getattr(importlib.import_module(module), kind)
    return make
