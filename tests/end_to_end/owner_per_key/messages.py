"""What its nodes say to each other besides what clients ask: nothing."""

from collections.abc import Mapping

from services.messages.detail import Detail
from services.messages.message import Message


class OwnerStatus(Detail, frozen=True, kw_only=True, tag="owner-per-key"):
    """How many keys are kept here."""

    keys: int = 0


SERVED: Mapping[str, tuple[type[Message], ...]] = {}
REPLIES: tuple[type[Message], ...] = ()
DETAIL = OwnerStatus
