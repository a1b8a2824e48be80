"""A family of its own folder runs in containers, too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from docker import DockerClient

from tests.containers import engine
from tests.end_to_end.a_family import lab, project_with_a_family, runs_as_expected

__all__ = ["engine"]
pytestmark = [pytest.mark.compose, pytest.mark.timeout(600)]

IMAGE = "replication-lab-with-a-family"  # so that the project's own image stays what it is


@pytest.fixture
def project(engine: DockerClient, tmp_path: Path) -> Iterator[Path]:
    directory = project_with_a_family(tmp_path)
    for name in ("docker-compose.yml", "containers/compose.yml.jinja"):
        file = directory / name
        named = file.read_text("utf-8").replace("image: replication-lab\n", f"image: {IMAGE}\n")
        assert IMAGE in named, name
        file.write_text(named, "utf-8")
    built = lab(directory, "images", "--offline")
    assert built.returncode == 0, built.stderr
    yield directory
    engine.images.remove(IMAGE, force=True)


def test_it_runs_settles_and_is_judged(project: Path) -> None:
    runs_as_expected(project, "compose")
