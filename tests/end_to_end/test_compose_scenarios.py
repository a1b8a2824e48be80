"""Every variant of every scenario in real containers, as somebody types it; nothing is left behind."""

import json
import subprocess
from pathlib import Path

import pytest
from docker import DockerClient

from chaos.runtimes.compose_layout import ROOT
from tests.containers import engine, runs

__all__ = ["engine"]
pytestmark = [pytest.mark.compose, pytest.mark.timeout(300)]


@pytest.mark.parametrize("scenario", ["lost-writes", "split-brain", "stale-reads"])
def test_all_variants_are_as_expected(engine: DockerClient, tmp_path: Path, scenario: str) -> None:
    before = runs(engine)
    command = [str(ROOT / "lab"), "run", scenario, "--on", "compose", "--out", str(tmp_path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    verdicts = json.loads(done.stdout)
    assert [verdict["variant"] for verdict in verdicts if not verdict["as_expected"]] == [], done.stderr
    assert done.returncode == 0
    assert {verdict["runtime"] for verdict in verdicts} == {"compose"}
    assert runs(engine) <= before
