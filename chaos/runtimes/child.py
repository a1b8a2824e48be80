"""One process that the lab has started: it says where it listens, it logs, it can be stopped and killed.

Its standard input is a pipe from the lab; when that ends, it exits by itself. It also joins the reaper's
process group, in case it cannot (a stopped process reads nothing).
"""

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from chaos.cluster import ClusterError, ProcessState, eventually
from chaos.runtimes.nursery import NURSERY, POSSIBLE, Forked
from chaos.runtimes.process_state import process_state

START_S = 90.0  # it takes less than one; but a machine may have ten times too much to do
SIGNAL_S = 10.0
LONGEST_LINE = 1 << 20
LAST_WORDS = 20  # lines
LISTENING = re.compile(r"listening on (?:http://)?([0-9.]+:[0-9]+)")


async def _python(arguments: Sequence[str], environment: Mapping[str, str], group: int) -> Process | Forked:
    """`python -m arguments…`, which the nursery has at once where there can be one."""
    if POSSIBLE:
        return await NURSERY.fork(arguments, environment, group, LONGEST_LINE)
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments),
        stdin=PIPE,
        stdout=PIPE,
        stderr=STDOUT,
        env=environment,
        process_group=group,
        limit=LONGEST_LINE,
    )


class Child:
    """A running child; `address` is `host:port` as it said itself."""

    def __init__(self, name: str, process: Process | Forked, take_line: Callable[[str], None]) -> None:
        self.name = name
        self.address = ""
        self._process = process
        self._listening: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._reading = asyncio.create_task(self._read(take_line), name=f"log of {name}")

    @classmethod
    async def start(
        cls,
        name: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        group: int,
        take_line: Callable[[str], None],
    ) -> "Child":
        """Run `python -m arguments…`; returns once it listens.

        Raises `ClusterError` when it ends before that or takes too long.
        """
        try:
            child = cls(name, await _python(arguments, environment, group), take_line)
        except OSError as error:
            raise ClusterError(f"{name} cannot start: {error}") from error
        try:
            async with asyncio.timeout(START_S):
                child.address = await child._listening
        except TimeoutError as error:
            await child.kill()
            raise ClusterError(f"{name} does not listen {START_S:g} s after its start") from error
        return child

    def state(self) -> ProcessState:
        """What the operating system says. The number of a buried process may be another's already."""
        return "dead" if self._process.returncode is not None else process_state(self._process.pid)

    async def kill(self) -> None:
        """SIGKILL; returns when the process is gone and its last line is read."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reading

    async def pause(self) -> None:
        """SIGSTOP; returns when the process stands still."""
        await self._signal(signal.SIGSTOP, "running", "paused")

    async def resume(self) -> None:
        """SIGCONT; returns when the process runs again, or has ended: it was shot while it stood still."""
        await self._signal(signal.SIGCONT, "paused", "running")

    async def _signal(self, number: signal.Signals, before: ProcessState, wanted: ProcessState) -> None:
        if (state := self.state()) != before:
            raise ClusterError(f"{self.name} is {state}; only what is {before} can become {wanted}")
        possible = (wanted, "dead") if number == signal.SIGCONT else (wanted,)
        self._process.send_signal(number)

        async def check() -> None:
            if self.state() not in possible:
                raise ClusterError(f"{self.name} got {number.name}, but is {self.state()}")

        await eventually(check, SIGNAL_S)

    async def _read(self, take_line: Callable[[str], None]) -> None:
        assert self._process.stdout
        last: deque[str] = deque(maxlen=LAST_WORDS)
        async for line in self._process.stdout:
            text = line.decode(errors="replace").rstrip("\n")
            if not self._listening.done() and (said := LISTENING.search(text)):
                self._listening.set_result(said[1])
            else:
                take_line(text)
                last.append(text)
        if not self._listening.done():
            error = ClusterError(f"{self.name} ended before it listened:\n" + "\n".join(last))
            self._listening.set_exception(error)
