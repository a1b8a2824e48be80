"""A family touches its own room: nothing else of the project has to know it."""

from pathlib import Path

import pytest

from tests.end_to_end.a_family import lab, project_with_a_family, runs_as_expected


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project_with_a_family(tmp_path_factory.mktemp("family"))


def test_it_is_found_by_its_name(project: Path) -> None:
    assert "owner-dies" in lab(project, "list").stdout


@pytest.mark.parametrize("runtime", ["sim", "local"])
def test_it_runs_settles_and_is_judged(project: Path, runtime: str) -> None:
    runs_as_expected(project, runtime)


def test_its_remedy_survives_what_is_drawn(project: Path) -> None:
    """A schedule is drawn from aims that there are: here nobody leads."""
    done = lab(project, "sweep", "owner-dies:on-disk", "--random", "--seeds", "1..20", "--workers", "1")
    assert done.returncode == 0, done.stdout + done.stderr
