"""`./lab` on a machine that has nothing but Python: set up once, soundly, whatever happens in between.

The lock files here name one tiny package that lies beside them, so no network is needed; the last test
takes the real ones.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.end_to_end.playing import Done, unless_spoiled
from tests.repository import copy_to

PROGRAM = """
import json, os, sys, tiny
seen = {"arguments": sys.argv[1:], "directory": os.getcwd(), "home": sys.prefix, "tiny": tiny.VERSION}
print(json.dumps(seen))
"""
DEADLINE_S = 60


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """The bootstrap's own files, a lock file of one package, and a program that uses it."""
    home = copy_to(tmp_path / "clone", "lab", "bootstrap/")
    (home / "chaos").mkdir()
    (home / "chaos" / "__init__.py").touch()
    (home / "chaos" / "__main__.py").write_text(PROGRAM)
    lock(home, version=1)
    return home


def lock(home: Path, version: int) -> None:
    """Make the tiny package in this version, and lock files that name it with its hash."""
    wheel = home / "wheels" / f"tiny-{version}-py3-none-any.whl"
    wheel.parent.mkdir(exist_ok=True)
    about = f"tiny-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", f"VERSION = {version}\n")
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(
            f"{about}/RECORD", f"tiny.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n{about}/RECORD,,\n"
        )
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    text = f"--no-index\n--find-links {wheel.parent}\ntiny=={version} --hash=sha256:{digest}\n"
    for name in ("requirements.txt", "requirements-test.txt"):
        (home / name).write_text(text)


def start(home: Path, *arguments: str, **options: object) -> "subprocess.Popen[str]":
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen([home / "lab", *arguments], **{**pipes, **options})  # type: ignore[call-overload,no-any-return]


def finish(process: "subprocess.Popen[str]") -> tuple[Mapping[str, object], str]:
    """What the program printed, and what the bootstrap said."""
    out, said = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0, said
    return json.loads(out), said


def test_the_first_start_sets_up_and_later_ones_only_run(clone: Path) -> None:
    printed, said = finish(start(clone, "list", "two words", ""))
    assert printed["arguments"] == ["list", "two words", ""]
    assert printed["home"] == str(clone / ".venv")
    assert "installing requirements.txt" in said
    assert said.count("\n") == 1
    assert finish(start(clone, "list")) == ({**printed, "arguments": ["list"]}, "")


def test_it_runs_from_anywhere_and_through_a_link_and_keeps_the_callers_directory(
    clone: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "chaos").mkdir(parents=True)
    (elsewhere / "chaos" / "__init__.py").write_text("raise SystemExit('somebody else is called chaos, too')")
    (elsewhere / "lab").symlink_to("../link")
    (tmp_path / "link").symlink_to(clone / "lab")
    printed, _ = finish(start(elsewhere, cwd=elsewhere))
    assert printed["directory"] == str(elsewhere)
    assert printed["home"] == str(clone / ".venv")


def test_of_two_starts_at_once_one_installs_and_both_run(clone: Path) -> None:
    both = [finish(process) for process in [start(clone), start(clone)]]
    assert sum("installing requirements.txt" in said for _, said in both) == 1
    assert [printed["tiny"] for printed, _ in both] == [1, 1]


@pytest.mark.parametrize("delay_s", [0.05, 0.2, 0.4, 0.6])
def test_a_start_that_was_killed_half_way_does_no_harm(clone: Path, delay_s: float) -> None:
    killed = start(clone, start_new_session=True)
    time.sleep(delay_s)  # not a race to win: wherever it strikes, the next start must cope
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert finish(start(clone))[0]["tiny"] == 1


def test_a_broken_environment_is_made_anew(clone: Path) -> None:
    finish(start(clone))
    (clone / ".setup" / "unfinished").touch()
    (clone / ".venv" / "pyvenv.cfg").write_text("rubbish")
    assert finish(start(clone))[0]["home"] == str(clone / ".venv")


def test_a_changed_lock_file_is_installed(clone: Path) -> None:
    finish(start(clone))
    lock(clone, version=2)
    printed, said = finish(start(clone))
    assert (printed["tiny"], "installing" in said) == (2, True)


def test_the_tests_have_a_lock_file_of_their_own(clone: Path) -> None:
    finish(start(clone))
    assert "installing requirements-test.txt" in finish(start(clone, "test"))[1]
    assert finish(start(clone, "test"))[1] == ""
    assert finish(start(clone))[1] == ""


def test_a_package_that_is_not_what_was_locked_is_refused(clone: Path) -> None:
    text = (clone / "requirements.txt").read_text()
    (clone / "requirements.txt").write_text(text.replace("sha256:", "sha256:0")[:-2])
    process = start(clone)
    _, said = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 4
    assert "could not install requirements.txt" in said


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"LAB_PYTHON": "/bin/false"}, "LAB_PYTHON=/bin/false is not a Python 3.11 or newer"),
        ({"PATH": "/nowhere"}, "needs Python 3.11 or newer, and none is on the PATH"),
    ],
)
def test_without_a_recent_python_it_says_what_to_do(
    clone: Path, environment: dict[str, str], complaint: str
) -> None:
    (clone / "bin").mkdir()
    (clone / "bin" / "dirname").symlink_to("/usr/bin/dirname")
    environment["PATH"] = str(clone / "bin")
    process = start(clone, env=environment)
    _, said = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, complaint in said) == (4, True), said


@pytest.mark.timeout(300)
def test_a_fresh_copy_of_everything_comes_to_its_first_verdict(tmp_path: Path) -> None:
    home = copy_to(tmp_path / "clone")
    environment = {**os.environ, "LAB_PYTHON": sys.executable}
    began = time.monotonic()
    command = [str(home / "lab"), "run", "split-brain:unfenced", "--json"]

    def run() -> Done:
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

    done = unless_spoiled(run)
    assert done.returncode == 0, done.stderr
    (verdict,) = json.loads(done.stdout)
    assert verdict["as_expected"]
    assert Path(verdict["folder"]).is_relative_to(home / "runs")
    print(f"from a fresh clone to the first verdict: {time.monotonic() - began:.1f} s")


def test_a_folder_that_cannot_be_written_is_one_line(clone: Path) -> None:
    (clone / ".setup").touch()  # nobody can make anything in it, not even root
    starting = start(clone)
    _, said = starting.communicate(timeout=DEADLINE_S)
    assert starting.returncode == 4
    assert said.startswith("lab: cannot set up ") and said.count("\n") == 1
