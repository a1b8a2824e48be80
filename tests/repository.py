"""The repository as it stands, committed or not, and copies of it."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@cache
def files() -> tuple[str, ...]:
    """Everything that is, or is about to be, in the repository; without one, everything that is ours."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode == 0:
        return tuple(name for name in listed.stdout.splitlines() if (ROOT / name).is_file())
    ours = ("services", "chaos", "scenarios", "tests", "benchmarks", "bootstrap", "docs")
    found = (path for folder in ours for path in (ROOT / folder).rglob("*") if path.is_file())
    return tuple(str(path.relative_to(ROOT)) for path in found if "__pycache__" not in path.parts)


def copy_to(directory: Path, *prefixes: str) -> Path:
    """Copy the files whose names begin with one of `prefixes` (without any: all) into `directory`."""
    for name in files():
        if not prefixes or name.startswith(prefixes):
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, directory / name)
    return directory
