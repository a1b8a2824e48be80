"""A duty: a group of requests that a replica answers. A new ability is a new duty in its own file."""

from typing import Protocol

from services.family import Answers

__all__ = ["Answers", "Duty"]


class Duty(Protocol):
    """Made once for each replica, over its `Standing`."""

    def answers(self) -> Answers:
        """The function that answers each kind of request. They raise `LabError` to refuse or fail."""
