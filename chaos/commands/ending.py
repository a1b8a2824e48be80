"""However a command is told to end, it ends like on Ctrl-C: what it has struck is healed on the way out.

A terminal that closes sends SIGHUP, `kill` and a machine that shuts down SIGTERM. Python's own answer to
both is to die at once, which leaves a cluster that somebody else started as it was in the middle of a fault.
The first of these signals counts. Those behind it, which shells and systems like to send, must not cut the
healing short; a second Ctrl-C may, for somebody is there who wants it.
"""

import os
import signal
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

TOLD = (signal.SIGTERM, signal.SIGHUP)
AS_SHELLS_SAY = 128  # the exit code of whoever ended by signal n is 128 + n


class Ending:
    """Which signal told the command to end; None, and Ctrl-C, are not among `TOLD`."""

    told: signal.Signals | None = None

    def exit_code(self, otherwise: int) -> int:
        """What a shell expects of a command that was ended by that signal."""
        return otherwise if self.told is None else AS_SHELLS_SAY + self.told

    def hear(self, number: int, _: FrameType | None) -> None:
        """The first signal becomes a Ctrl-C."""
        if self.told is None:
            self.told = signal.Signals(number)
            if number == signal.SIGHUP:
                _let_go_of_the_terminal()
            signal.raise_signal(signal.SIGINT)


@contextmanager
def like_ctrl_c() -> Iterator[Ending]:
    """SIGTERM and SIGHUP end what is in the block as Ctrl-C does, unless they are ignored (`nohup`)."""
    ending, before = Ending(), {}
    if current_thread() is main_thread():
        ours = [number for number in TOLD if signal.getsignal(number) is signal.SIG_DFL]
        before = {number: signal.signal(number, ending.hear) for number in ours}
    try:
        yield ending
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _let_go_of_the_terminal() -> None:
    """Whoever writes to one that is gone gets an error, in the middle of the healing.

    By then it is a character device that does not even say any more that it is a terminal.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None and stat.S_ISCHR(os.fstat(stream.fileno()).st_mode):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
