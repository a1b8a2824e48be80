"""The live page in front of containers: what is clicked happens to them, and is seen."""

from collections.abc import Iterator

import pytest
from docker import DockerClient
from playwright.sync_api import Browser

from chaos.runtimes import compose_project
from chaos.runtimes.compose_file import port_variables
from tests.browser.chromium import chromium
from tests.browser.living import Lab, Live
from tests.containers import engine, left_of

__all__ = ["engine"]
pytestmark = [pytest.mark.compose, pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def lab(engine: DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    name = compose_project.new_name()
    more = {"COMPOSE_PROJECT_NAME": name, **dict.fromkeys(port_variables(), "")}
    with Lab(tmp_path_factory.mktemp("lab"), more).up("--on", "compose") as lab:
        yield lab
    assert left_of(engine, name) == []


@pytest.fixture
def live(browser: Browser, lab: Lab) -> Iterator[Live]:
    live = Live(browser, lab.address)
    live.says("#headline", r"n\d leads, epoch")
    yield live
    live.close()
    assert lab.status()["links"] == []
    assert {node["process"] for node in lab.status()["nodes"]} == {"running"}


def test_a_link_that_is_cut_by_a_click_is_cut(live: Live, lab: Lab) -> None:
    live.cut_a_link(lab)


def test_a_leader_that_is_killed_by_a_click_is_replaced_on_the_page(live: Live, lab: Lab) -> None:
    live.kill_the_leader(lab)


def test_a_write_by_hand_is_on_every_copy(live: Live) -> None:
    live.write_by_hand()
