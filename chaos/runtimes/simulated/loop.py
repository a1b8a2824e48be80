"""An event loop in virtual time: one for each simulated process, as each real process has its own.

All loops share one timeline, and otherwise nothing: a task of one node that awaits a future of another
is refused by asyncio itself, so nodes can only exchange messages. Because a loop belongs to a process,
a pause holds all its callbacks back, a kill drops them, and its `time` is that machine's own clock.

What `call_soon` and similar methods return can only be cancelled, which is all that is needed. Methods not
defined here would need a socket, a thread, a signal or a child process, and are refused.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from random import Random
from typing import Any, TypeVar, TypeVarTuple

from chaos.runtimes.simulated.clock import MachineClock
from chaos.runtimes.simulated.outside import refuse_the_rest
from chaos.runtimes.simulated.timeline import Handle, Timeline
from chaos.runtimes.simulated.wake_up import delays_s

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

FEWEST_TO_TIDY = 64


@refuse_the_rest
class VirtualLoop(asyncio.AbstractEventLoop):
    """The loop of the process `name` on a machine with `clock`."""

    def __init__(self, name: str, timeline: Timeline, clock: MachineClock) -> None:
        self.name = name
        self.timeline = timeline
        self.clock = clock
        self.stands_still = False  # paused or dead
        self._dead = False
        self._held: list[tuple[Handle, object]] = []
        self._timers: tuple[float, list[tuple[float, Handle]]] | None = None  # held since when, and which
        self.stood_still_s = 0.0  # of true time, the machine with all its timers
        self._tasks: list[asyncio.Task[Any]] = []  # in spawn order, so that none is lost to the collector
        self._tidy_at = FEWEST_TO_TIDY
        self._spawned = 0
        timeline.loops[self] = None

    def time(self) -> float:
        """What the machine's monotonic clock says."""
        return self.clock.monotonic()

    def call_soon(  # type: ignore[override]
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> Handle:
        """Call back at this very moment, after what is ready already."""
        handle = Handle(self, callback, args, context)
        self.timeline.ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> Handle:
        """Call back in `delay` seconds of the machine's own time."""
        timeline = self.timeline
        handle = Handle(self, callback, args, context, is_timer=True)
        if self._timers is not None:
            self._timers[1].append((max(delay, 0.0), handle))
            return handle
        moment_s = timeline.now_s + delay / self.clock.rate if delay > 0 else timeline.now_s
        return timeline.at(moment_s, handle)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> Handle:
        """Call back when `time()` is `when`."""
        return self.call_later(when - self.time(), callback, *args, context=context)

    def create_future(self) -> asyncio.Future[Any]:
        """A future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Coroutine[Any, Any, T] | Generator[Any, None, T],
        *,
        name: str | None = None,
        context: Context | None = None,
        **_: Any,
    ) -> asyncio.Task[T]:
        """Run `coro` as a task. Its usual name is counted here: asyncio counts over the whole process."""
        self._spawned += 1
        task: asyncio.Task[T] = asyncio.Task(
            coro, loop=self, name=name or f"{self.name}-{self._spawned}", context=context
        )
        self._tasks.append(task)
        if len(self._tasks) > self._tidy_at:
            self._tasks = self.unfinished()
            self._tidy_at = 2 * len(self._tasks) + FEWEST_TO_TIDY
        return task

    def unfinished(self) -> list[asyncio.Task[Any]]:
        """The tasks that are not done, in spawn order."""
        return [task for task in self._tasks if not task.done()]

    def is_running(self) -> bool:
        """True: whoever can ask is running on it."""
        return not self._dead

    def is_closed(self) -> bool:
        """True once the process is dead."""
        return self._dead

    def get_debug(self) -> bool:
        """False: asyncio's debug mode reads the wall clock."""
        return False

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """Log what asyncio has to complain about, for instance an exception that nobody looked at."""
        logging.getLogger("asyncio").error("%s: %s", self.name, context, exc_info=context.get("exception"))

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """The same; the dead do not complain."""
        if not self._dead:
            self.default_exception_handler(context)

    def pause(self) -> None:
        """From now on nothing runs here, but everything is kept."""
        self.stands_still = True
        self.timeline.look_again()

    def resume(self, random: Random) -> None:
        """What was kept runs now, in the order and at the pace that `wake_up.py` draws from `random`."""
        self.stands_still = self._dead
        held, self._held = self._held, []
        self.timeline.ready.extend(handle for handle, _ in held if handle.is_timer)
        came = [(handle, way) for handle, way in held if not handle.is_timer]
        now_s = self.timeline.now_s
        for delay_s, (handle, _) in zip(delays_s(random, [way for _, way in came]), came, strict=True):
            self.timeline.at(now_s + delay_s, handle)

    def keep(self, handle: Handle, way: object = None) -> None:
        """A callback that is due while the loop stands still; `way` is the link by which it was asked for."""
        if not self._dead:
            self._held.append((handle, way))

    def hold_timers(self, hold: bool) -> None:
        """While time stands still for the machine, no timer comes nearer to its end."""
        now_s = self.timeline.now_s
        if hold and self._timers is None:
            self._timers = now_s, self.timeline.take_out(self)
        elif not hold and self._timers is not None:
            (since_s, timers), self._timers = self._timers, None
            self.stood_still_s += now_s - since_s
            for left_s, handle in timers:
                if not handle.cancelled():
                    self.timeline.at(now_s + left_s, handle)

    def kill(self) -> None:
        """From now on nothing runs here, ever; call `bury` when none of its callbacks is running."""
        self.stands_still = self._dead = True
        self.timeline.look_again()
        self._held = []
        self.timeline.loops.pop(self, None)

    def bury(self) -> None:
        """Throw away what a dead process was doing, in spawn order.

        Coroutines are closed now and not when the garbage collector comes by, because what their
        `finally` blocks do must not happen at a moment of its choosing.
        """
        tasks, self._tasks = self.unfinished(), []
        for task in tasks:
            with contextlib.suppress(Exception):  # nobody is left to hear of it
                task.get_coro().close()


def new_loop(name: str, timeline: Timeline, clock: MachineClock) -> VirtualLoop:
    """The loop of the process `name` on a machine with `clock`."""
    return VirtualLoop(name, timeline, clock)  # type: ignore[abstract] # the decorator adds what is missing
