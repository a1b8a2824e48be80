"""A variant that is started from the page: its story, its report, and nothing that is left of it."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Any

import pytest

from chaos.catalogue.discover import UnknownNameError
from chaos.cluster import ClusterError
from chaos.page.catalogue import catalogue
from chaos.page.runs import Runs
from tests.unit.page.hearing import Heard

PATIENCE_S = 60
QUICK = "split-brain:unfenced"
SLOW_ONE = """
import signal, sys, time
def heal(*_):
    print("healed", file=sys.stderr, flush=True)
    sys.exit(130)
signal.signal(signal.SIGTERM, heal)
print("it begins", file=sys.stderr, flush=True)
time.sleep(600)
"""


class Scene(Heard):
    """Runs, and what the page is told of them."""

    def __init__(self, out: Path) -> None:
        super().__init__("run")
        self.processes: list[Process] = []
        self.runs = Runs(self.hear, out)

    async def begin_slowly(self, name: str, on: str, group: int) -> Process:
        command = [sys.executable, "-c", SLOW_ONE]
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, process_group=group
        )
        self.processes.append(process)
        return process


def play(out: Path, work: Any, *, slowly: bool = False) -> None:
    async def played() -> None:
        scene = Scene(out)
        if slowly:
            scene.runs._begin = scene.begin_slowly  # type: ignore[method-assign]
        try:
            async with asyncio.timeout(PATIENCE_S):
                await work(scene)
        finally:
            await scene.runs.close()
        for process in scene.processes:
            assert process.returncode is not None
            with pytest.raises(ProcessLookupError):
                os.kill(process.pid, 0)

    asyncio.run(played())


def test_a_run_tells_its_story_and_has_a_report_that_may_do_little(tmp_path: Path) -> None:
    async def work(scene: Scene) -> None:
        assert await scene.runs.start(QUICK, "sim") == f"started: {QUICK} on sim"
        shown = await scene.until(lambda shown: not shown["running"])
        assert shown["state"] == f"{QUICK} is over: as expected"
        story = "\n".join(shown["lines"])
        assert f"{QUICK}  (problem: must show split-brain" in story and "promoted role=leader" in story
        assert shown["report"] == "/report/1" and scene.runs.report(2) is None
        found = scene.runs.report(1)
        assert found
        text, policy = found
        assert "Split brain" in text or "split brain" in text
        assert "script-src 'sha256-" in policy and policy.endswith(
            "frame-ancestors 'none'; sandbox allow-scripts"
        )
        assert (tmp_path / "split-brain" / "unfenced").is_dir()

    play(tmp_path, work)


def test_one_at_a_time_and_stopping_ends_it_in_good_order(tmp_path: Path) -> None:
    async def work(scene: Scene) -> None:
        await scene.runs.start(QUICK, "local")
        await scene.until(lambda shown: "it begins" in shown["lines"])
        with pytest.raises(ClusterError, match=f"{QUICK} is under way; wait until it is over, or stop it"):
            await scene.runs.start("split-brain:lease", "local")
        assert (
            await scene.runs.stop()
            == f"{QUICK} was stopped; everything was healed, and what was recorded stays"
        )
        assert scene.shown["state"] == f"{QUICK} was stopped" and not scene.shown["running"]
        assert scene.processes[0].returncode == 130
        with pytest.raises(ClusterError, match="no run is under way"):
            await scene.runs.stop()
        await scene.runs.start("split-brain:lease", "local")
        assert (await scene.until(lambda shown: shown["number"] == 2))["running"]

    play(tmp_path, work, slowly=True)


@pytest.mark.parametrize(
    ("name", "on", "error", "why"),
    [
        ("split-brian:lease", "sim", UnknownNameError, "did you mean split-brain?"),
        ("split-brain:leese", "sim", UnknownNameError, "did you mean lease?"),
        ("split-brain:lease", "lokal", UnknownNameError, "did you mean local?"),
        ("split-brain", "sim", ClusterError, "split-brain has several variants; name one, like split-brain:"),
        ("", "sim", UnknownNameError, "there is no scenario ''"),
        ("--all", "sim", UnknownNameError, "there is no scenario '--all'"),
    ],
)
def test_what_cannot_be_run_is_refused_at_once(
    tmp_path: Path, name: str, on: str, error: type[Exception], why: str
) -> None:
    async def work(scene: Scene) -> None:
        with pytest.raises(error) as raised:
            await scene.runs.start(name, on)
        assert why in str(raised.value) and not scene.runs.under_way

    play(tmp_path, work)


def test_the_list_has_every_variant_and_where_it_runs() -> None:
    [found] = [each for each in catalogue() if each["id"] == "split-brain"]
    variants = {each["name"]: each for each in found["variants"]}
    assert variants["unfenced"]["kind"] == "problem" and "sim" in variants["unfenced"]["runtimes"]
