"""The reaper ends every process of its group and removes what was announced, and nothing else."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil

from chaos.runtimes.reaper import Reaper

SLEEP = [sys.executable, "-c", "import signal; signal.pause()"]


def test_what_was_announced_is_removed_and_what_was_forgotten_stays(tmp_path: Path) -> None:
    reaper, doomed, spared = Reaper(), tmp_path / "doomed", tmp_path / "spared"
    for path in (doomed, spared):
        reaper.directory(path)
        path.mkdir()
        (path / "file").write_text("x", encoding="utf-8")
    reaper.forget(spared)
    reaper.close()
    assert not doomed.exists()
    assert (spared / "file").exists()


def test_members_of_the_group_are_killed_even_when_they_stand_still() -> None:
    reaper = Reaper()
    members = [subprocess.Popen(SLEEP, process_group=reaper.group) for _ in range(2)]
    stranger = subprocess.Popen(SLEEP, start_new_session=True)
    members[0].send_signal(signal.SIGSTOP)
    reaper.close()
    assert [member.wait(5) for member in members] == [-signal.SIGKILL, -signal.SIGKILL]
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


def test_the_reaper_itself_is_gone_when_it_is_closed() -> None:
    reaper = Reaper()
    reaper.close()
    assert not psutil.pid_exists(reaper.group)


def test_signals_from_the_terminal_do_not_reach_it(tmp_path: Path) -> None:
    reaper, path = Reaper(), tmp_path / "doomed"
    reaper.directory(path)
    path.mkdir()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        psutil.Process(reaper.group).send_signal(number)
    assert path.exists()
    reaper.close()
    assert not path.exists()
