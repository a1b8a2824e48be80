"""What a killed reaper leaves is found, and what a living one will remove is not."""

import os
import signal
from pathlib import Path

import pytest

from chaos.commands.examining import examine
from chaos.runtimes import leftovers
from chaos.runtimes.compose_file import usual_ports
from chaos.runtimes.reaper import Reaper


def test_only_what_nobody_will_remove_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "gettempdir", lambda: str(tmp_path))
    held, left = tmp_path / "replication-lab-1", tmp_path / "replication-lab-2"
    living, killed = Reaper(), Reaper()
    living.make(held, 0o755)
    killed.make(left, 0o755)
    os.kill(killed.group, signal.SIGKILL)
    killed.close()
    if Path("/proc/self/stat").exists():
        monkeypatch.setenv("PATH", "")  # a system without `ps`
    assert [*leftovers.directories()] == [left]
    (finding,) = (each for each in examine() if "directories" in each.what)
    assert not finding.there and finding.remedy == f"`rm -r {left}`"
    living.close()
    assert not held.exists()


def test_the_doctor_looks_at_every_port_of_the_compose_file() -> None:
    looked_at = {each.what for each in examine() if each.runtime == "docker compose up"}
    assert looked_at == {f"port {port}" for port in usual_ports()}
