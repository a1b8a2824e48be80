"""A lock names its holder, and goes with it."""

import subprocess
import sys
from pathlib import Path

import pytest

from chaos.runtimes.exclusive import HeldError, exclusive
from tests.repository import ROOT

HOLDER = """
import sys
from pathlib import Path
from chaos.runtimes.exclusive import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_hears_who_the_first_is_and_may_after_its_death(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    command = [sys.executable, "-c", HOLDER, str(lock)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(HeldError, match=f"process {holder.pid}, "), exclusive(lock):
            pass
        holder.kill()
    with exclusive(lock):
        assert lock.exists()
    assert list(tmp_path.iterdir()) == []


def test_it_is_let_go_on_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), exclusive(tmp_path / "lock"):
        1 / 0  # noqa: B018
    with exclusive(tmp_path / "lock"):
        pass
