"""A copy of the project with one family more: a folder, settings, messages, a scenario, and one line."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.end_to_end.playing import Done, played
from tests.repository import ROOT, copy_to

HERE = Path(__file__).parent / "owner_per_key"
PLACES = {
    "settings.py": "services/settings/owner_per_key.py",
    "messages.py": "services/messages/owner_per_key.py",
    "family.py": "services/owner_per_key/family.py",
    "scenario.py": "scenarios/owner_dies.py",
}
REGISTRY = "services/families.py"
EXPECTED = {"in-memory": "problem", "on-disk": "remedy"}


def project(directory: Path) -> Path:
    """The project as it is, in `directory`."""
    copy_to(directory, "services/", "chaos/", "scenarios/", "bootstrap/", "docker-compose.yml", "Dockerfile")
    return copy_to(directory, ".dockerignore", "requirements", "containers/", "lab")


def project_with_a_family(directory: Path) -> Path:
    """The project, in `directory`, with the family `owner-per-key`."""
    project(directory)
    for source, place in PLACES.items():
        (directory / place).parent.mkdir(exist_ok=True)
        (directory / place).write_text((HERE / source).read_text("utf-8"), "utf-8")
    (directory / "services/owner_per_key/__init__.py").write_text('"""One owner per key."""\n', "utf-8")
    registry = (directory / REGISTRY).read_text("utf-8")
    assert registry.count("FAMILIES = (") == 1
    registered = registry.replace("FAMILIES = (", 'FAMILIES = ("owner-per-key", ')
    (directory / REGISTRY).write_text(registered, "utf-8")
    return directory


def lab(project: Path, *arguments: str) -> Done:
    """One command there, to its end."""
    environment = os.environ | {"PYTHONPATH": str(project), "LAB_STATE": str(project / "state")}
    command = [sys.executable, "-P", "-m", "chaos", *arguments]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)


def runs_as_expected(project: Path, runtime: str) -> None:
    """Both variants run there, settle, and are judged."""

    def run(names: Sequence[str]) -> Done:
        return lab(project, "run", *names, "--on", runtime, "--json")

    done = played(run, ["owner-dies"])
    assert done.returncode == 0, done.said
    assert {each["variant"]: each["kind"] for each in done.verdicts} == EXPECTED
    assert all(each["as_expected"] and not each["problems"] for each in done.verdicts), done.verdicts
    assert ROOT not in done.latest.parents
