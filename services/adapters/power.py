"""Power in a container: the switch is process 1 of a process namespace that its node's container shares.

So it can end the node's processes from outside of their container, which may be frozen, and needs no right
to anything else on the machine, in particular none to the container engine.
"""

import asyncio
import os
import signal
from pathlib import Path

from services.errors import LabError

FIRST_PROCESS = 1
CERTAIN_S, LOOK_S = 0.2, 0.002
GONE = ("Z", "X")
KILLED = 1 << (signal.SIGKILL - 1)


class NamespacePower:
    """See `services.power.Power`. Raises `OSError` anywhere else, where it would kill what is not its own."""

    def __init__(self) -> None:
        if os.getpid() != FIRST_PROCESS:
            raise OSError(
                "a power switch kills every process that it can see, so it only runs as process 1 of a "
                "container; docker-compose.yml shows how"
            )

    async def cut(self) -> bool:
        """See `Power`. SIGKILL is certain as soon as it is pending: then only the kernel still acts.

        A frozen process stays in that state until its container thaws, and ends before anything else.
        """
        try:
            os.kill(-1, signal.SIGKILL)  # to all but this one
        except ProcessLookupError:
            return False
        deadline = asyncio.get_running_loop().time() + CERTAIN_S
        while survivors := [pid for pid in _processes() if not _is_doomed(pid)]:
            if asyncio.get_running_loop().time() > deadline:
                raise LabError("internal", f"SIGKILL did not reach the processes {survivors}")
            await asyncio.sleep(LOOK_S)
        return True


def _processes() -> list[int]:
    names = (path.name for path in Path("/proc").iterdir())
    return [int(name) for name in names if name.isdecimal() and int(name) != FIRST_PROCESS]


def _is_doomed(pid: int) -> bool:
    """It has ended, or SIGKILL is the next that it will see."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return True
    fields = dict(line.split(":", 1) for line in lines)
    pending = int(fields["SigPnd"], 16) | int(fields["ShdPnd"], 16)
    return fields["State"].strip().startswith(GONE) or bool(pending & KILLED)
