"""However a command is told to end, it ends as on Ctrl-C: its faults are healed on the way out.

A closing terminal sends SIGHUP; `kill` and a machine that shuts down send SIGTERM. By default Python dies at
once on both, which would leave somebody else's cluster in the middle of a fault. The first signal counts.
Later ones, which shells and systems like to send, must not cut the healing short; nor must the first one, if
healing has begun for another reason (`cluster/undisturbed.py`). Only a second Ctrl-C may, because a person
wants it.
"""

import asyncio
import os
import signal
import socket
import stat
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from threading import current_thread, main_thread
from types import FrameType
from typing import Any, TypeVar

from chaos.cluster.undisturbed import REQUESTS, Requests

T = TypeVar("T")

TOLD = (signal.SIGTERM, signal.SIGHUP)
AS_SHELLS_SAY = 128  # the exit code of whoever ended by signal n is 128 + n


class Ending:
    """Which signal told the command to end; `told` is None unless it was one of `TOLD`."""

    told: signal.Signals | None = None

    def __init__(self) -> None:
        self._is_asked = False
        self._ask: Callable[[], object] | None = None  # the work that a loop is at, to end

    def exit_code(self, otherwise: int) -> int:
        """What a shell expects of a command that was ended by that signal."""
        return otherwise if self.told is None else AS_SHELLS_SAY + self.told

    def hear(self, number: int, _: FrameType | None) -> None:
        """The first signal ends the work, a Ctrl-C behind it everything at once."""
        if number == signal.SIGHUP:
            _let_go_of_the_terminal()
        again, self._is_asked = self._is_asked, True
        if again and number != signal.SIGINT:
            return
        if not again and number in TOLD:
            self.told = signal.Signals(number)
        if again or self._ask is None:
            raise KeyboardInterrupt
        self._ask()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`. Raises `KeyboardInterrupt` when a signal has ended it."""
        try:
            return asyncio.run(self._heeding(work))
        except asyncio.CancelledError:
            if not self._is_asked:
                raise
            raise KeyboardInterrupt from None

    async def _heeding(self, work: Coroutine[Any, Any, T]) -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task
        requests = Requests(task.cancel)
        REQUESTS.set(requests)
        with _signals_wake(loop):
            # Between two steps of the work, so none comes between the end of a block and its healing.
            self._ask = partial(loop.call_soon_threadsafe, requests.add)
            try:
                return await work
            finally:
                self._ask = None


_in_charge: Ending | None = None


@contextmanager
def like_ctrl_c() -> Iterator[Ending]:
    """SIGTERM and SIGHUP end what is in the block as Ctrl-C does, unless they are ignored (`nohup`)."""
    global _in_charge
    ending, before, outer = Ending(), {}, _in_charge
    if current_thread() is main_thread():
        usual = (signal.SIG_DFL, signal.default_int_handler)
        ours = [number for number in (signal.SIGINT, *TOLD) if signal.getsignal(number) in usual]
        before = {number: signal.signal(number, ending.hear) for number in ours}
        _in_charge = ending
    try:
        yield ending
    finally:
        _in_charge = outer
        for number, handler in before.items():
            signal.signal(number, handler)


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`, on an event loop of its own; a signal ends it as `like_ctrl_c` says."""
    return asyncio.run(work) if _in_charge is None else _in_charge.run(work)


@contextmanager
def _signals_wake(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Python hears a signal between two of its own steps: a loop that falls asleep just then sleeps on.

    So the signal leaves a byte for it, too, where it looks.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for end in (ours, theirs):
            end.setblocking(False)
        loop.add_reader(ours, ours.recv, 4096)
        before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            loop.remove_reader(ours)


def _let_go_of_the_terminal() -> None:
    """Whoever writes to one that is gone gets an error, in the middle of the healing.

    By then it is a character device that does not even say any more that it is a terminal.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None and stat.S_ISCHR(os.fstat(stream.fileno()).st_mode):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
