"""A process that has loaded the nodes' code once, and forks a node whenever one must start.

Loading FastAPI takes most of a second of a processor, and a cluster has eight nodes: on two cores that was
most of the time of a start, and a restarted node was gone for as long. Android starts its applications like
this (its zygote), and so does Python's own `forkserver`, which however cannot choose the child's environment,
standard streams or process group. On Linux the result is the same as that of `python -m module`; elsewhere a
fork without exec is not safe, so there the nursery really runs `python -m module`.

A child is identified by a file descriptor (pidfd), so no signal can reach another process that has got its
number. The nursery learns of the lab's end from the end of its socket, which comes however the lab dies.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from chaos.runtimes.warm import LENGTH

POSSIBLE = sys.platform == "linux" and hasattr(os, "pidfd_open")
ROOT = Path(__file__).resolve().parents[2]
ANSWER_S = 60.0  # it takes less than one, with all that is loaded; but a machine may have much to do
UNKNOWN = -1  # the exit code is the nursery's to know, and nobody asks


class Forked:
    """A child of the nursery: what `asyncio.subprocess.Process` offers, as far as the lab wants it."""

    def __init__(self, pid: int, pidfd: int | None, stdin: int, stdout: asyncio.StreamReader) -> None:
        self.pid, self.stdout = pid, stdout
        self._pidfd, self._stdin = pidfd, stdin
        self._end = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        if pidfd is None:
            self._ended()
        else:
            self._loop.add_reader(pidfd, self._ended)

    @property
    def returncode(self) -> int | None:
        """None while it lives."""
        return UNKNOWN if self._end.is_set() else None

    def kill(self) -> None:
        """SIGKILL, unless it has ended."""
        self.send_signal(signal.SIGKILL)

    def send_signal(self, number: int) -> None:
        """Nothing happens where it has ended."""
        if self._pidfd is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    async def wait(self) -> int:
        """Until it has ended."""
        await self._end.wait()
        return UNKNOWN

    def _ended(self) -> None:
        self._end.set()
        os.close(self._stdin)
        if self._pidfd is not None:
            self._loop.remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None


class Nursery:
    """Starts at the first fork, and again if somebody has killed it. For any thread and any loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    async def fork(
        self, arguments: Sequence[str], environment: Mapping[str, str], group: int, limit: int
    ) -> Forked:
        """`python -m arguments…` with this whole `environment`, in that process group.

        `limit` is that of a line on its standard output, in bytes. Raises `OSError` where it cannot be.
        """
        child_in, own_in = os.pipe()
        own_out, child_out = os.pipe()
        request = json.dumps([list(arguments), dict(environment), group]).encode()
        reader = asyncio.StreamReader(limit)
        try:
            pid, pidfd = await asyncio.to_thread(self._ask, request, [child_in, child_out])
        except BaseException:
            os.close(own_in)  # whom the thread still brings forth ends by that
            os.close(own_out)
            raise
        finally:
            os.close(child_in)
            os.close(child_out)
        protocol = asyncio.StreamReaderProtocol(reader)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(own_out, "rb", 0))
        return Forked(pid, pidfd, own_in, reader)

    def _ask(self, request: bytes, streams: Sequence[int]) -> tuple[int, int | None]:
        """The child's number and its descriptor, or None if it has ended already."""
        with self._lock:
            try:
                return self._ask_once(request, streams)
            except (ConnectionError, TimeoutError):
                self._end()  # somebody has killed or stopped it
                return self._ask_once(request, streams)

    def _ask_once(self, request: bytes, streams: Sequence[int]) -> tuple[int, int | None]:
        if self._socket is None:
            self._start()
        assert self._socket
        socket.send_fds(self._socket, [LENGTH.pack(len(request))], streams)
        self._socket.sendall(request)
        answer, pidfds, _, _ = socket.recv_fds(self._socket, 1 << 12, 1)
        if not answer:
            raise ConnectionResetError("the process that forks nodes has ended")
        pid, reason = json.loads(answer)
        if reason:
            raise OSError(reason)
        return pid, pidfds[0] if pidfds else None

    def _start(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(ANSWER_S)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "chaos.runtimes.warm", str(theirs.fileno())],
                env=os.environ | {"PYTHONPATH": str(ROOT)},  # whatever lies in the caller's directory
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,  # Ctrl-C is the lab's to hear
            )

    def _end(self) -> None:
        assert self._socket and self._process
        self._socket.close()
        self._socket = None
        self._process.kill()
        self._process.wait()


NURSERY = Nursery()  # one for all clusters of this process
