"""What each task waits for, for the error that says why a simulation cannot go on."""

import asyncio
from collections.abc import Iterable
from types import FrameType
from typing import TYPE_CHECKING, Any

from chaos.runtimes.simulated.outside import place_in_the_lab

if TYPE_CHECKING:
    from chaos.runtimes.simulated.loop import VirtualLoop

MOST_SHOWN = 20


def waiting(loops: Iterable["VirtualLoop"]) -> str:
    """One line a task: whose it is, its name, and where in the lab's code it stands."""
    lines = [
        f"  {loop.name} {task.get_name()}: {_place(task)}" for loop in loops for task in loop.unfinished()
    ]
    more = [f"  and {len(lines) - MOST_SHOWN} more"] if len(lines) > MOST_SHOWN else []
    return "\n".join(["who waits:", *lines[:MOST_SHOWN], *more])


def _place(task: "asyncio.Task[Any]") -> str:
    """The innermost line of the lab's own code on the way down to what the task awaits."""
    place = "outside of the lab's code"
    awaited: Any = task.get_coro()
    while awaited is not None:
        frame: FrameType | None = getattr(awaited, "cr_frame", None)
        place = (frame and place_in_the_lab(frame)) or place
        awaited = getattr(awaited, "cr_await", None)
    return place
