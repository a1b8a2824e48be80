"""A script that stops in the middle: from one moment on it takes no further step.

What it has begun stays as it is: a fault that is in force stays in force. Broken off in the end, the script
takes its faults back, like any other.
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from functools import partial
from typing import Any, TypeAlias

Step: TypeAlias = Callable[[], Any]


class Held:
    """To be awaited in place of `story`, in a task of its own; no step is taken once `is_over`."""

    def __init__(self, story: Coroutine[Any, Any, None], is_over: Callable[[], bool]) -> None:
        self._story, self._is_over = story, is_over
        self._may_hold = True

    def break_off(self, task: "asyncio.Task[None]") -> None:
        """Let the story clear up, and no more; `task` is the one that awaits this."""
        self._may_hold = False
        task.cancel()

    def __await__(self) -> Generator[Any, None, None]:
        """Hand on whatever the story waits for, as if nobody stood in between."""
        go_on: Step = partial(self._story.send, None)
        step = go_on
        while True:
            step = yield from self._hold(step)
            try:
                awaited = step()
            except StopIteration:
                return
            try:
                yield awaited
            except (Exception, asyncio.CancelledError) as error:
                step = partial(self._story.throw, error)
            else:
                step = go_on

    def _hold(self, step: Step) -> Generator[Any, None, Step]:
        """Wait for the end once the story is over; so does what would wake it, such as its own timeouts."""
        while self._may_hold and self._is_over():
            try:
                yield from asyncio.get_running_loop().create_future().__await__()
            except (Exception, asyncio.CancelledError) as error:
                step = partial(self._story.throw, error)
        return step
