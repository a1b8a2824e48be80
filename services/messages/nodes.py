"""What every node answers, whatever its role: its status, its settings, a probe; and the power switches."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import msgspec

from services.families import FAMILIES, part_of
from services.messages.detail import Detail
from services.messages.message import Message
from services.messages.values import Count, Name
from services.settings.of_families import AnySettings

if TYPE_CHECKING:
    AnyDetail: TypeAlias = Detail
else:
    AnyDetail = reduce(or_, (part_of(name, "messages").DETAIL for name in FAMILIES))


class Status(Message, frozen=True, kw_only=True):
    """The status of a node.

    `mark` sums up what it holds, and is equal to those of its group that hold the same. `owes` is how much is
    still to be delivered or decided before it has nothing left to do. `detail` is particular to its family.
    `sent` says how many messages went to each other node since it started, and how many of them carried data.
    """

    node: Name
    role: str
    mark: str = ""
    owes: Count = 0
    settings: AnySettings | None = None
    detail: AnyDetail | None = None
    sent: dict[Name, tuple[Count, Count]] = msgspec.field(default_factory=dict)

    def flat(self) -> dict[str, Any]:
        """As JSON for people, with the details on the same level as the rest."""
        document: dict[str, Any] = msgspec.to_builtins(self)
        return document | (document.pop("detail") or {})


class Configure(Message, frozen=True, kw_only=True):
    """Operator to any node: take these settings; with `reset`, begin again with empty data.

    A new family needs a `reset`: it cannot read the data of another. With an `incarnation`, which comes only
    with a `reset`, the node refuses nodes of any other one; see `services.adapters.incarnation`.
    """

    settings: AnySettings
    reset: bool = False
    incarnation: Annotated[str, msgspec.Meta(pattern="^[0-9a-z-]{1,64}$")] | None = None


class AskStatus(Message, frozen=True, kw_only=True):
    """Anybody to any node: what is your status?"""


class Probe(Message, frozen=True, kw_only=True):
    """Operator to any node: send `to` a harmless request over your own link; what comes back?"""

    to: Name
    timeout_s: Annotated[float, msgspec.Meta(gt=0, le=600)]


class Probed(Message, frozen=True, kw_only=True):
    """`passed`, `no-answer` (a black hole) or `refused` (closed or reset)."""

    outcome: Literal["passed", "no-answer", "refused"]
    elapsed_s: float


class PowerOff(Message, frozen=True, kw_only=True):
    """Controller to a power switch, over the out-of-band link: shoot the other node in the head."""

    by: Name
    reason: str


class PoweredOff(Message, frozen=True, kw_only=True):
    """The switch of `node`: no process that ran there when you asked will ever act again."""

    node: Name
    was_running: bool
