"""`./lab run --jobs N`: variants side by side, each in a command of its own with a cluster of its own.

Most of a run is waiting, so several fit on one machine. They share nothing but its processors: a checker
that thinks in one process holds up no client of another. What each has to say is shown when it is over, so
that no two stories mix. However this ends, they end: on a signal they heal and stop as if it had come to
them, and when this is killed the reaper ends them, as they are in its process group.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

from chaos.cluster import ClusterError
from chaos.cluster.undisturbed import undisturbed
from chaos.commands.pace import Pace
from chaos.commands.screen import Screen
from chaos.runtimes.reaper import Reaper
from chaos.runtimes.state import ROOT
from chaos.sessions.task import Task, by_shape

Document: TypeAlias = Mapping[str, Any]
BATCHES = 4  # at least, of each job, so that all of them end at about the same time


async def side_by_side(
    work: Sequence[Task], jobs: int, out: Path, screen: Screen, pace: Pace
) -> list[Document]:
    """The verdicts on `work`, in its order, by so many commands at a time; what they print goes to `screen`.

    Raises `ClusterError` with the words of the first that could not run; the others are stopped then.
    """
    waiting = _batches(work, jobs * BATCHES)[::-1]
    verdicts: dict[str, Document] = {}
    reaper = Reaper()

    async def job() -> None:
        while waiting:
            batch, began_s = waiting.pop(), perf_counter()
            done = await _perform(batch, out, reaper.group, screen)
            took_s = (perf_counter() - began_s) / len(batch)
            for task in batch:
                pace.done(task.name, took_s)
            screen.so_far(pace)
            verdicts.update(zip((task.name for task in batch), done, strict=True))

    try:
        await _all_or_none([job() for _ in range(min(jobs, len(waiting)))])
    finally:
        reaper.close()
    return [verdicts[task.name] for task in work]


def _batches(work: Sequence[Task], least: int) -> list[list[Task]]:
    """What one command runs: tasks that can share a cluster, for its start is what costs processor time."""
    size = max(1, len(work) // least)
    groups = by_shape(work)
    return [group[first : first + size] for group in groups for first in range(0, len(group), size)]


async def _all_or_none(work: Sequence[Any]) -> None:
    """Wait for all; where one fails, or nobody wants them any more, the others are ended first."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        with undisturbed():
            await asyncio.gather(*tasks, return_exceptions=True)


async def _perform(batch: Sequence[Task], out: Path, group: int, screen: Screen) -> list[Document]:
    first = batch[0]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "chaos", "run", *(task.name for task in batch)),
        *("--on", first.runtime, "--seed", str(first.seed), "--out", str(out)),
        *("--json", "--part", *screen.options),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},  # whatever lies in the caller's directory
        process_group=group,
    )
    document, said = await _to_its_end(process)
    words = said.decode(errors="replace")
    if not document:
        raise ClusterError(words.strip().removeprefix("lab: ") or f"{first.name} ended without a word")
    screen.story(words)
    verdicts: list[Document] = json.loads(document)
    return verdicts


async def _to_its_end(process: Process) -> tuple[bytes, bytes]:
    """All that it prints; whoever no longer wants it has it end in good order."""
    printing = asyncio.ensure_future(process.communicate())
    try:
        return await asyncio.shield(printing)
    except asyncio.CancelledError:
        if process.returncode is None:
            process.terminate()
        await printing
        raise
