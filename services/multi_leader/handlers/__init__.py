"""What applications make of conflicts: one file each, with `resolve`, a pure function of what is in conflict.

All leaders call it with the same values in the same order, and so come to the same, if it depends on
nothing else.
"""

from collections.abc import Callable
from typing import TypeAlias

from services.loading import load
from services.messages import Value
from services.settings.multi_leader import Handler

Resolve: TypeAlias = Callable[[str, tuple[Value, ...]], Value]


def handler_of(name: Handler) -> Resolve:
    """The function in `services/multi_leader/handlers/NAME.py`."""
    resolve: Resolve = load(f"services.multi_leader.handlers.{name.replace('-', '_')}:resolve")
    return resolve
