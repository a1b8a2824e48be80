"""Power in a container: the switch is process 1 of a process namespace that its node's container shares.

So it can end the node's processes from outside their container, which may be frozen, and needs no other
rights on the machine, in particular none to the container engine. It spares the supervisor, which keeps the
node's container running and starts nothing unless told to.
"""

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.errors import LabError

FIRST_PROCESS = 1
OUTSIDE = 0  # the parent of the first process of each container, and of a health check
CERTAIN_S, LOOK_S = 0.2, 0.002
GONE = ("Z", "X")
KILLED = 1 << (signal.SIGKILL - 1)
SUPERVISOR = "supervise"  # the name of the shell in a node's container; its script comes before it


class NamespacePower:
    """See `services.power.Power`. Raises `OSError` anywhere else, where it would kill other processes."""

    def __init__(self) -> None:
        if os.getpid() != FIRST_PROCESS:
            raise OSError(
                "a power switch kills every process that it can see, so it only runs as process 1 of a "
                "container; docker-compose.yml shows how"
            )
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # orphans become ours, and are reaped at once

    async def cut(self) -> bool:
        """See `Power`. SIGKILL is certain once it is pending: from then on only the kernel acts.

        A frozen process keeps it pending until its container thaws, and then ends before doing anything else.
        """
        found = list(_processes())
        for process in found:  # first: the supervisor must know that the death it will see was ordered
            if process.supervises:
                _send(process.pid, signal.SIGUSR2)
        deadline = asyncio.get_running_loop().time() + CERTAIN_S
        while survivors := _survivors():
            if asyncio.get_running_loop().time() > deadline:
                raise LabError("internal", f"SIGKILL did not reach the processes {survivors}")
            for pid in survivors:
                _send(pid, signal.SIGKILL)
            await asyncio.sleep(LOOK_S)
        return any(_is_of_a_node(process, found) for process in found)


@dataclass(frozen=True)
class _Process:
    pid: int
    parent: int
    supervises: bool
    doomed: bool  # it has ended, or SIGKILL is the next thing it will see


def _survivors() -> list[int]:
    return [process.pid for process in _processes() if not process.supervises and not process.doomed]


def _is_of_a_node(process: _Process, among: list[_Process]) -> bool:
    """Not a health check: one may run beside a supervisor even if the node is dead."""
    is_child = process.parent != OUTSIDE or not any(each.supervises for each in among)
    return is_child and not process.doomed


def _processes() -> Iterator[_Process]:
    """All processes but this one."""
    for path in Path("/proc").iterdir():
        if path.name.isdecimal() and int(path.name) != FIRST_PROCESS:
            try:
                yield _process(path)
            except (FileNotFoundError, ProcessLookupError):
                continue


def _process(path: Path) -> _Process:
    lines = (path / "status").read_text(encoding="utf-8").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    pending = int(fields["SigPnd"], 16) | int(fields["ShdPnd"], 16)
    words = (path / "cmdline").read_bytes().split(b"\0")
    parent = int(fields["PPid"])
    return _Process(
        pid=int(path.name),
        parent=parent,
        # A fork of it that is about to become a node has the same command line, but a parent in here.
        supervises=parent == OUTSIDE and words[3:4] == [SUPERVISOR.encode()],
        doomed=fields["State"].strip().startswith(GONE) or bool(pending & KILLED),
    )


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
