"""The live page in front of containers: what is clicked happens to them, and is seen."""

import re
from collections.abc import Iterator

import pytest
from docker import DockerClient
from playwright.sync_api import Browser, expect

from chaos.runtimes import compose_project
from chaos.runtimes.compose_file import port_variables
from tests.browser.chromium import chromium
from tests.browser.living import SHOWS_MS, Lab, Live, leader
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
    live.choose("wire", "n2-n3")
    live.do("cut")
    assert {link["link"] for link in lab.status()["links"]} == {"n2-n3", "n3-n2"}
    expect(live.page.locator('[data-link="n2-n3"]')).to_have_class(re.compile("way-cut"), timeout=SHOWS_MS)
    live.says("#wrong", "2 links are not healthy")


def test_a_leader_that_is_killed_by_a_click_is_replaced_on_the_page(live: Live, lab: Lab) -> None:
    old = leader(lab)
    live.choose("node", old)
    live.do("kill")
    expect(live.node(old)).to_have_class(re.compile("node-dead"), timeout=SHOWS_MS)
    others = "|".join({"n1", "n2", "n3"} - {old})
    live.says("#headline", f"^({others}) leads, epoch")
    live.says("#wrong", f"{old} is dead")


def test_a_write_by_hand_is_on_every_copy(live: Live) -> None:
    live.page.locator("#key").fill("greeting")
    live.page.locator("#value").fill("hello there")
    live.page.locator("#write").click()
    live.says("#answers li:first-child", 'greeting = "hello there": acknowledged by n')
    live.page.locator("#key").blur()
    for name in ("n1", "n2", "n3"):
        expect(live.node(name)).to_contain_text('greeting = "hello there"', timeout=SHOWS_MS)
