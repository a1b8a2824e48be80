"""Stand-ins keep clear of real images, and every lack is named with its remedy."""

import io
import tarfile
from collections.abc import Iterator
from secrets import token_hex

import pytest
from docker import DockerClient

from chaos.cluster import ClusterError
from chaos.images import stand_in
from chaos.runtimes import docker_engine


def make_image(engine: DockerClient, name: str, *changes: str) -> None:
    archive = io.BytesIO()
    tarfile.open(fileobj=archive, mode="w").close()
    engine.api.import_image_from_data(archive.getvalue(), repository=name, tag="1", changes=list(changes))


@pytest.fixture
def name(engine: DockerClient) -> Iterator[str]:
    name = f"lab-test-{token_hex(4)}"
    yield name
    for image in engine.images.list(name=name):
        engine.images.remove(str(image.id))


@pytest.mark.compose
def test_a_stand_in_is_made_anew_only_when_its_content_changes(engine: DockerClient, name: str) -> None:
    assert not stand_in.up_to_date(engine, f"{name}:1", "something")
    make_image(engine, name, f'LABEL {stand_in.LABEL}="something"')
    assert stand_in.up_to_date(engine, f"{name}:1", "something")
    assert not stand_in.up_to_date(engine, f"{name}:1", "something else")


@pytest.mark.compose
def test_a_real_image_is_never_replaced(
    engine: DockerClient, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make_image(engine, name)
    assert stand_in.up_to_date(engine, f"{name}:1", "something")
    assert "the real image is here" in capsys.readouterr().out


def test_a_stand_in_is_never_silent(capsys: pytest.CaptureFixture[str]) -> None:
    stand_in.announce("toxiproxy:1", "something else")
    assert "STAND-IN" in capsys.readouterr().out


def test_a_missing_tool_is_named_with_its_package() -> None:
    with pytest.raises(ClusterError, match="apt-get install some-package"):
        stand_in.run(["no-such-tool"], package="some-package")


def test_what_a_failing_tool_said_is_passed_on() -> None:
    with pytest.raises(ClusterError, match="no such mirror"):
        stand_in.run(["sh", "-c", "echo no such mirror >&2; exit 3"], package="dash")


def test_a_silent_engine_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///no/such/socket")
    with pytest.raises(ClusterError, match=r"unix:///no/such/socket.*start Docker.*No such file"):
        docker_engine.connect()
