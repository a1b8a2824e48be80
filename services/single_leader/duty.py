"""A duty: some of the requests that a replica answers. A new ability is a new duty, in a file of its own."""

from typing import Protocol

from services.family import Answers

__all__ = ["Answers", "Duty"]


class Duty(Protocol):
    """Made once for each replica, over its `Standing`."""

    def answers(self) -> Answers:
        """What replies to each kind of request. Raises `LabError` for every refusal and failure."""
