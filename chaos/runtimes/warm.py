"""`python -m chaos.runtimes.warm SOCKET`: the nursery's own process; see `chaos.runtimes.nursery`.

Reads requests from the descriptor SOCKET, each with the standard input and output of a child to be, and
answers with the child's number and descriptor. It has one thread, no event loop and no file but that socket
when it forks, so a child begins as if it had loaded everything itself.
"""

import gc
import importlib
import json
import os
import runpy
import signal
import socket
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress

from services.roles import ROLES, maker

LOADED = ("chaos.proxy.command", "services.adapters.serve", "services.adapters.gateway_http")
LENGTH = struct.Struct("!I")  # of a request in bytes
STANDARD = 3  # descriptors below are the standard streams
MOST_FILES = 256  # nobody had more open at the fork


def main(arguments: list[str]) -> None:
    """Serve until the lab is gone; a child goes on from here as the module that was asked for."""
    connection = socket.socket(fileno=int(arguments[0]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried at once
    _load()
    while True:
        data, streams, _, _ = socket.recv_fds(connection, LENGTH.size, 2)
        if len(data) < LENGTH.size:
            return
        words, environment, group = json.loads(_exactly(connection, *LENGTH.unpack(data)))
        if (pid := os.fork()) == 0:
            _become(streams, environment)
            _run(words)
            return
        for stream in streams:
            os.close(stream)
        _answer(connection, pid, group)


def _load() -> None:
    """What nodes and the link proxy need. Garbage collection would only copy the pages that are shared."""
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type] # as a node does: it is never used
    for module in LOADED:
        importlib.import_module(module)
    for role in ROLES:
        maker(role)
    gc.collect()
    gc.freeze()


def _become(streams: Iterable[int], environment: dict[str, str]) -> None:
    """This process as a new program would find itself."""
    stdin, stdout = streams
    for number, stream in enumerate((stdin, stdout, stdout)):
        os.dup2(stream, number)
    os.closerange(STANDARD, MOST_FILES)
    # Those of before know whether they can seek, and whether somebody sits at them.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", 1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(environment)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _run(words: list[str]) -> None:
    sys.argv = words
    runpy.run_module(words[0], run_name="__main__", alter_sys=True)


def _answer(connection: socket.socket, pid: int, group: int) -> None:
    """Into its group it comes before anybody knows it, so that it cannot outlive who ends that group."""
    reason, pidfds = "", []
    with suppress(ProcessLookupError):  # it has ended
        pidfds.append(os.pidfd_open(pid))
    try:
        os.setpgid(pid, group)
    except ProcessLookupError:
        pass
    except OSError as error:
        os.kill(pid, signal.SIGKILL)
        reason = f"no process can join the group {group}: {error}"
    socket.send_fds(connection, [json.dumps([pid, reason]).encode()], pidfds)
    for each in pidfds:
        os.close(each)


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := connection.recv(size - len(data))):
        data += part
    return data


if __name__ == "__main__":
    main(sys.argv[1:])
