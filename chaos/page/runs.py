"""A scenario's variant, started from the page: `./lab run`, on a cluster of its own, one at a time.

It is the same command, so a run from here is like any other, with its folder and its report. Its output is
shown as it comes. It ends with the page, in good order: its faults are healed, and what it started is
stopped. If the page is killed, the reaper ends the run.
"""

import asyncio
import json
import os
import re
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from contextlib import suppress
from html import unescape
from pathlib import Path

from chaos.catalogue.discover import nearest, select
from chaos.cluster import ClusterError
from chaos.page.watcher import Tell
from chaos.runtimes.reaper import Reaper
from chaos.runtimes.registry import RUNTIMES
from chaos.sessions.task import why_not_on

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "runs"
TELL_S = 0.2  # at most so often
MOST_LINES, MOST_BYTES = 400, 1 << 20  # of the story, and of one line of it
MOST_REPORTS = 50
OUTCOMES = {0: "as expected", 1: "not as expected", 3: "unknown"}
POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]*)"')


class Runs:
    """The run that is under way, and the reports of those that are over."""

    def __init__(self, tell: Tell, out: Path = OUT) -> None:
        self._tell, self._out = tell, out
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._told = asyncio.Event()
        self._name, self._number, self._state = "", 0, ""
        self._reports: dict[int, Path] = {}
        self._running: asyncio.Task[None] | None = None

    @property
    def under_way(self) -> str:
        """Its name; empty when nothing runs."""
        return self._name if self._running and not self._running.done() else ""

    async def start(self, name: str, on: str) -> str:
        """Start a variant by its full name; returns that it was done.

        Raises `ClusterError` when one is under way, or it makes no sense there, `UnknownNameError`.
        """
        if self.under_way:
            raise ClusterError(f"{self.under_way} is under way; wait until it is over, or stop it")
        reason = await asyncio.to_thread(_why_not, name, on)
        if self.under_way:  # somebody else was faster
            raise ClusterError(f"{self.under_way} is under way; wait until it is over, or stop it")
        if reason:
            raise ClusterError(f"{name} {reason}")
        self._name, self._number, self._state = name, self._number + 1, f"{name} runs on {on}"
        self._lines.clear()
        self._running = asyncio.create_task(self._run(name, on))
        return f"started: {name} on {on}"

    async def stop(self) -> str:
        """End it early; returns when nothing of it is left."""
        if not (name := self.under_way):
            raise ClusterError("no run is under way")
        await self.close()
        return f"{name} was stopped; everything was healed, and what was recorded stays"

    async def close(self) -> None:
        """End whatever runs."""
        if self._running:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def report(self, number: int) -> tuple[str, str] | None:
        """The report of that run, and its own content security policy; None if there is none."""
        path = self._reports.get(number)
        if path is None or not path.exists():
            return None
        text = path.read_text(encoding="utf-8")
        found = POLICY.search(text)
        policy = unescape(found[1]) if found else "default-src 'none'"
        return text, f"{policy}; frame-ancestors 'none'; sandbox allow-scripts"

    async def _run(self, name: str, on: str) -> None:
        telling = asyncio.create_task(self._tell_now_and_again())
        try:
            self._state = f"{name} is over: {await self._perform(name, on)}"
        except asyncio.CancelledError:
            self._state = f"{name} was stopped"
            raise
        except OSError as error:
            self._state = f"{name} could not run: {error}"
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            await self._show(is_running=False)

    async def _perform(self, name: str, on: str) -> str:
        """The outcome in words."""
        reaper = Reaper()
        try:
            process = await self._begin(name, on, reaper.group)
            try:
                document = await self._follow(process)
                code = await process.wait()
            finally:
                await _end(process)
        finally:
            await asyncio.to_thread(reaper.close)
        with suppress(ValueError, LookupError):
            self._keep(Path(json.loads(document)[0]["folder"]))
        return OUTCOMES.get(code, "it could not run")

    async def _begin(self, name: str, on: str, group: int) -> Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "chaos", "run", name, "--on", on, "--out", str(self._out)),
            "--json",
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            process_group=group,
            limit=MOST_BYTES,
        )

    async def _follow(self, process: Process) -> bytes:
        """Send its output to the page; returns what it says at the end."""
        assert process.stdout and process.stderr
        document = asyncio.create_task(process.stdout.read())
        try:
            async for line in process.stderr:
                self._lines.append(line.decode(errors="replace").rstrip())
                self._told.set()
            return await document
        finally:
            document.cancel()  # where nobody wants it any more
            await asyncio.gather(document, return_exceptions=True)

    def _keep(self, folder: Path) -> None:
        self._reports[self._number] = folder / "report.html"
        if len(self._reports) > MOST_REPORTS:
            self._reports.pop(min(self._reports))

    async def _tell_now_and_again(self) -> None:
        while True:
            await self._show(is_running=True)
            await asyncio.sleep(TELL_S)
            await self._told.wait()
            self._told.clear()

    async def _show(self, is_running: bool) -> None:
        report = f"/report/{self._number}" if self._number in self._reports else ""
        lines = [line for line in self._lines if line]
        shown = {"number": self._number, "running": is_running, "state": self._state}
        await self._tell("run", {**shown, "lines": lines, "report": report})


async def _end(process: Process) -> None:
    """Ask it to end, and wait until it has; its last output is read, so that it does not block."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
    await process.communicate()


def _why_not(name: str, on: str) -> str | None:
    """Raises `UnknownNameError` for a name that there is not."""
    nearest("runtime", on, RUNTIMES)
    ((scenario, variants),) = select([name])
    if ":" not in name:
        raise ClusterError(f"{name} has several variants; name one, like {name}:{variants[0].name}")
    return why_not_on(RUNTIMES[on], scenario, variants[0])
