"""Virtual time: one agenda for everything that happens, in an order that depends only on the seed.

Nothing here waits. What is ready runs, first come, first served, as asyncio promises; when nothing is ready,
time jumps to the next appointment. Chance enters where the real world has it (how long a message travels, how
long a sync takes), never in the order in which one node's own callbacks run.
"""

import asyncio
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from chaos.runtimes.simulated.outside import nothing_real
from chaos.runtimes.simulated.waiting import waiting

if TYPE_CHECKING:
    from chaos.runtimes.simulated.loop import VirtualLoop

T = TypeVar("T")

MOST_STEPS_PER_MOMENT = 1_000_000
FEWEST_TO_TIDY = 100


class SimulationError(RuntimeError):
    """The simulated program cannot go on: it stands still, spins, or takes longer than allowed."""


class Handle(msgspec.Struct, eq=False):
    """A callback, as soon as possible or, while it `is_appointed`, at a moment in the timeline's agenda.

    It is one of `loop`, or of nobody's (None) when it happens between machines, like the arrival of a
    message: then nothing holds it up, and asyncio's current loop does not matter. (A struct and not an
    `asyncio.TimerHandle`, because thousands are made in a run, and a struct is made three times as fast.)
    """

    loop: "VirtualLoop | None"
    callback: Callable[..., object] | None
    args: tuple[Any, ...]
    context: Context | None = None
    is_appointed: bool = False
    is_timer: bool = False  # set by the process itself, and no arrival from outside

    def cancel(self) -> None:
        """Never call back, and hold on to nothing for it."""
        if self.callback is not None:
            self.callback = self.context = None
            self.args = ()
            if self.is_appointed and self.loop is not None:
                self.loop.timeline.forget_one()

    def cancelled(self) -> bool:
        """True after `cancel`."""
        return self.callback is None


class Timeline:
    """The world's own time, in seconds from 0, and everything that is still to happen."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.ready: deque[Handle] = deque()
        self.loops: dict[VirtualLoop, None] = {}  # those that are alive, in the order of their start
        # Both from the last to the first. (Shorter than a hundred, so this is faster than a heap of pairs.)
        self._agenda: list[Handle] = []
        self._moments: list[float] = []  # negative, so that they ascend
        self._cancelled = 0  # handles in the agenda that will never run
        self._running: VirtualLoop | None = None
        self._known: VirtualLoop | None = None  # that one, while it certainly does not stand still

    def at(self, moment_s: float, handle: Handle) -> Handle:
        """Run `handle` then; of equal moments the one that was put down first comes first."""
        handle.is_appointed = True
        place = bisect_left(self._moments, -moment_s)
        self._moments.insert(place, -moment_s)
        self._agenda.insert(place, handle)
        return handle

    def take_out(self, loop: "VirtualLoop") -> list[tuple[float, Handle]]:
        """Remove the appointments of `loop`, the first one first; each with the seconds that were left."""
        both = list(zip(self._moments, self._agenda, strict=True))
        alive = [(moment, handle) for moment, handle in both if handle.callback is not None]
        kept = [(moment, handle) for moment, handle in alive if handle.loop is not loop]
        self._moments, self._agenda = [moment for moment, _ in kept], [handle for _, handle in kept]
        self._cancelled = 0
        taken = [(-moment - self.now_s, handle) for moment, handle in reversed(alive) if handle.loop is loop]
        for _, handle in taken:
            handle.is_appointed = False
        return taken

    def forget_one(self) -> None:
        """A handle in the agenda was cancelled; when most of them are, clear them out."""
        self._cancelled += 1
        if self._cancelled > FEWEST_TO_TIDY and 2 * self._cancelled > len(self._agenda):
            both = zip(self._moments, self._agenda, strict=True)
            alive = [(moment, handle) for moment, handle in both if handle.callback is not None]
            self._moments = [moment for moment, _ in alive]
            self._agenda = [handle for _, handle in alive]
            self._cancelled = 0

    def look_again(self) -> None:
        """A loop stands still from now on."""
        self._known = None

    @property
    def running(self) -> "VirtualLoop":
        """The loop whose callback runs now."""
        assert self._running
        return self._running

    def run(self, task: "asyncio.Task[T]", limit_s: float) -> T:
        """Let everything happen until `task` is done; its result.

        Raises `SimulationError` when nothing is left to happen, when time stands still, and when
        `limit_s` of virtual time were not enough.
        """
        outer, self._running, self._known = asyncio._get_running_loop(), None, None
        try:
            with nothing_real():
                self._run(task, limit_s)
        finally:
            asyncio._set_running_loop(outer)
        return task.result()

    def _run(self, task: "asyncio.Task[T]", limit_s: float) -> None:
        """Whatever is ready, one after the other, and when nothing is, what the next appointment brings."""
        ready, next_ready, done = self.ready, self.ready.popleft, task.done
        steps = range(MOST_STEPS_PER_MOMENT)
        while True:
            began_s = self.now_s
            for _ in steps:
                if ready:
                    handle = next_ready()
                elif done():
                    return
                else:
                    handle = self._next_appointment(limit_s)
                loop, callback, context = handle.loop, handle.callback, handle.context
                if loop is not self._known and loop is not None:
                    if loop.stands_still:
                        loop.keep(handle)
                        continue
                    self._running = self._known = loop
                    asyncio._set_running_loop(loop)
                if callback is None:
                    continue
                if context is None:
                    callback(*handle.args)
                else:
                    context.run(callback, *handle.args)
            if self.now_s == began_s:
                raise self._error("something goes on and on without time passing")

    def _next_appointment(self, limit_s: float) -> Handle:
        """Jump to the next moment at which something is due; what else is due then, is ready."""
        agenda, moments = self._agenda, self._moments
        while agenda:
            moment, first = moments.pop(), agenda.pop()
            if first.callback is None:
                self._cancelled -= 1
                continue
            if -moment > limit_s:
                raise self._error(f"not done after {limit_s:g} s of virtual time")
            self.now_s = -moment
            first.is_appointed = False
            while moments and moments[-1] == moment:
                moments.pop()
                self._is_ready(agenda.pop())
            return first
        raise self._error("everybody waits, and nothing is left to happen")

    def _is_ready(self, handle: Handle) -> None:
        """An appointed handle's moment has come."""
        if handle.callback is None:
            self._cancelled -= 1
        else:
            handle.is_appointed = False
            self.ready.append(handle)

    def _error(self, what: str) -> SimulationError:
        return SimulationError(f"at {self.now_s:.6f} s {what}; {waiting(self.loops)}")
