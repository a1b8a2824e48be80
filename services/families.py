"""The families of replication, by name: with one line here, a family is known everywhere.

Who may accept a write? One leader, several leaders, every replica: the chapter has three answers, and each is
a family. A family has three parts, which are found by its name:

| part | holds |
|---|---|
| `services/settings/NAME.py` | `SETTINGS`, what a scenario's variant may choose |
| `services/messages/NAME.py` | `SERVED`, `REPLIES`, `DETAIL`: what its nodes say to each other |
| `services/NAME/family.py` | `FAMILY`, what its replicas, gateways and controller do: see `services.family` |

The shells (`services.replica`, `services.gateway`, `services.controller`) know only this.
"""

import importlib
from types import ModuleType

DEFAULT = "single-leader"  # the family of settings that name none, as once all did
FAMILIES = (DEFAULT, "multi-leader", "leaderless")


def part_of(family: str, room: str) -> ModuleType:
    """The module of `family` in `room`, for instance `services.settings.single_leader`."""
    return importlib.import_module(f"services.{room}.{module_name(family)}")


def module_name(family: str) -> str:
    """`single_leader` for single-leader."""
    return family.replace("-", "_")
