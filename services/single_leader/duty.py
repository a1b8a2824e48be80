"""A duty: some of the requests that a replica answers. A new ability is a new duty, in a file of its own."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol, TypeAlias

from services.messages import Message

Answers: TypeAlias = Mapping[type[Message], Callable[[Any], Coroutine[Any, Any, Message]]]


class Duty(Protocol):
    """Made once for each replica, over its `Standing`."""

    def answers(self) -> Answers:
        """What replies to each kind of request. Raises `LabError` for every refusal and failure."""
