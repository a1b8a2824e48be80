"""A node that the lab starts as a local process lives no longer than the lab, however the lab ends.

The lab holds the other end of the node's standard input. When the lab ends, even by SIGKILL, the pipe ends,
and that is the one message that nobody can forget to send.
"""

import os
import sys
import threading


def end_with_stdin() -> None:
    """End this process as soon as standard input ends."""
    threading.Thread(target=_wait, name="lease", daemon=True).start()


def _wait() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    os._exit(0)
