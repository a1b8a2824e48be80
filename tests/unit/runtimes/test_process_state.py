"""What the operating system says of a process, read from /proc and, as on macOS, from ps."""

import os
import signal
import subprocess
import sys

import pytest

from chaos.runtimes import process_state as module
from chaos.runtimes.process_state import process_state


@pytest.fixture(params=["_letter_from_proc", "_letter_from_ps"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "_letter_from_proc" and sys.platform != "linux":
        pytest.skip("there is no /proc")
    monkeypatch.setattr(module, "_letter_from_proc", getattr(module, request.param))


def test_a_life() -> None:
    child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    assert process_state(child.pid) == "running"
    child.send_signal(signal.SIGSTOP)
    os.waitpid(child.pid, os.WUNTRACED)
    assert process_state(child.pid) == "paused"
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert process_state(child.pid) == "dead", "not buried yet"
    child.wait()
    assert process_state(child.pid) == "dead"
