"""A program that tells what it finds, and waits for the end of its input."""

import os
import signal
import sys

import psutil

if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    if "break" in sys.argv:
        print(1 / 0)
    print("|".join(sys.argv[1:]))
    print(os.environ.get("NAME"))
    print(__name__)
    print(os.getpgid(0))
    print(signal.getsignal(signal.SIGCHLD).name)  # type: ignore[union-attr]
    print(psutil.Process().num_fds(), flush=True)
    sys.stdin.read()
