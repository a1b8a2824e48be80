"""What a killed reaper leaves is found, with its volumes, and what is somebody else's is let be."""

from collections.abc import Iterator

import pytest
from docker import DockerClient

from chaos.cli import main
from chaos.commands.examining import Finding, examine
from chaos.runtimes.compose_project import PROJECT_LABEL, new_name
from chaos.runtimes.left_behind import left_behind
from chaos.runtimes.reaper import remove_compose
from tests.containers import left_of

pytestmark = pytest.mark.compose


@pytest.fixture
def left(engine: DockerClient) -> Iterator[str]:
    name = new_name()
    for project in (name, f"other-{name}"):
        engine.volumes.create(f"{project}_n1-disk", labels={PROJECT_LABEL: project})
    engine.networks.create(f"{name}_n1", internal=True, labels={PROJECT_LABEL: name})
    yield name
    remove_compose(name)
    remove_compose(f"other-{name}")


def test_the_doctor_names_it_and_removes_it(engine: DockerClient, left: str) -> None:
    parts = "1 network, 1 volume"
    assert left_behind(engine)[left] == parts
    found = [finding for finding in examine() if finding.what == f"nothing left of {left}"]
    remedy = f"if no run is under way: ./lab doctor --remove {left}"
    assert found == [Finding("compose", f"nothing left of {left}", False, parts, remedy)]
    assert main(["doctor", "--remove", left]) == 0
    assert left_of(engine, left) == []


def test_what_is_no_runs_is_let_be(
    engine: DockerClient, left: str, capsys: pytest.CaptureFixture[str]
) -> None:
    other = f"other-{left}"
    assert other not in left_behind(engine)
    assert main(["doctor", "--remove", other]) == 4
    assert other in capsys.readouterr().err
    assert left_of(engine, other) == [f"{other}_n1-disk"]
