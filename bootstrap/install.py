"""Make `.venv` from a lock file, with nothing but Python's standard library and the pip beside this file.

Debian's Python refuses to let pip touch the system and may come without the pip that `venv` wants to
copy, so the virtual environment is made without one and the repository's own pip installs into it.

Whatever happens half-way, the next start finds out: the mark `unfinished` lies there from before the
first change until after the last, and `.venv` is made anew where it lies. Of two starts at once the
second one waits. The lock is the kernel's, so it never outlives its holders, and pip holds it too:
nobody clears the directory under a pip whose parent died.
"""

import fcntl
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = ROOT / ".setup" / "unfinished"


def main(lock_name: str) -> int:
    """Install `lock_name` unless another start has just done so; 0, or 4 when it cannot be done."""
    UNFINISHED.parent.mkdir(exist_ok=True)
    with (UNFINISHED.parent / "install.lock").open("w") as guard:
        wait_for(guard)
        if is_installed(lock_name):
            return 0
        say(f"installing {lock_name} into .venv with Python {platform.python_version()}; only this once")
        return install(lock_name, guard)


def wait_for(guard: IO[str]) -> None:
    """Take the lock; say so when it means waiting."""
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another start is installing; waiting for it")
        fcntl.flock(guard, fcntl.LOCK_EX)


def stamp(lock_name: str) -> Path:
    """The copy of the lock file that is installed."""
    return VENV / f"installed-{lock_name}"


def is_installed(lock_name: str) -> bool:
    """True when exactly this lock file was installed to its end."""
    done = stamp(lock_name)
    return is_sound() and done.exists() and done.read_bytes() == (ROOT / lock_name).read_bytes()


def is_sound() -> bool:
    """True when there is an environment, its Python is still there, and nothing broke off in it."""
    return PYTHON.exists() and not UNFINISHED.exists()


def install(lock_name: str, guard: IO[str]) -> int:
    """Make the environment if there is no sound one, and bring it to the state of the lock file."""
    sound = is_sound()
    UNFINISHED.touch()
    try:
        if not sound:
            make_venv()
    except (ImportError, OSError, subprocess.CalledProcessError) as error:
        say(f"cannot make {VENV}: {error}; is Python's venv module there? (Debian: apt install python3-venv)")
        return 4
    if subprocess.run(pip_command(lock_name), pass_fds=(guard.fileno(),)).returncode != 0:
        say(f"pip could not install {lock_name} (its reason stands above); the next start tries again")
        return 4
    shutil.copyfile(ROOT / lock_name, stamp(lock_name))
    UNFINISHED.unlink()
    return 0


def make_venv() -> None:
    """A new, empty environment; what an interrupted start left behind is removed."""
    import venv  # here, because a minimal Python may lack it and is to be told so in words

    venv.create(VENV, clear=True, symlinks=True, with_pip=False)


def pip_command(lock_name: str) -> list[str]:
    """Compiling is left to the first import: most of what is installed is never imported."""
    (wheel,) = (ROOT / "bootstrap").glob("pip-*.whl")
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-compile"]
    exact = ["--no-deps", "--require-hashes", "--requirement", str(ROOT / lock_name)]
    return [str(PYTHON), str(wheel / "pip"), "install", *quiet, *exact]


def say(text: str) -> None:
    """Standard output belongs to the command that runs afterwards."""
    print(f"lab: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except OSError as error:
        say(f"cannot set up {VENV}: {error}; the first start needs a folder that can be written")
        sys.exit(4)
    except KeyboardInterrupt:
        say("interrupted; the next start begins again")
        sys.exit(130)
