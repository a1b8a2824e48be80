"""`./lab page` in a real browser, in front of a real cluster: what is clicked happens, and is seen."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.repository import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

STARTS_S, SHOWS_MS = 120, 60_000
REPLACED_MS = "3000"  # for so long a leader must be silent here: a busy machine must replace nobody
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/#\S+")
MOST_TABS = 80


class Lab:
    """The command line, with a state directory of its own and no container engine in sight."""

    def __init__(self, folder: Path) -> None:
        elsewhere = {"LAB_STATE": str(folder / "state"), "DOCKER_HOST": f"unix://{folder}/no-engine"}
        self._environment = {**os.environ, **elsewhere}
        self.address = ""

    def start(self, *words: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "chaos", *words]
        return subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, text=True)

    def __call__(self, *words: str) -> str:
        with self.start(*words) as process:
            said = process.communicate(timeout=STARTS_S)[0]
        assert process.returncode == 0, said
        return said

    def status(self) -> Mapping[str, Any]:
        found: dict[str, Any] = json.loads(self("status", "--json"))
        return found


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A cluster, and the page in front of it, which must end when it is told to and leave nothing."""
    with TemporaryDirectory(prefix="lab-") as folder:  # a short name: it holds a unix socket
        lab = Lab(Path(folder))
        lab("up", "--detection-timeout-ms", REPLACED_MS)
        with lab.start("page", "--port", "0") as serving:
            assert serving.stdout
            lab.address = next(found[0] for line in serving.stdout if (found := ADDRESS.search(line)))
            yield lab
            serving.send_signal(signal.SIGINT)
            assert serving.wait(STARTS_S) == 130
        lab("down")


class Live:
    """The page in a browser, and what a person does there."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1280, "height": 900})
        self.page.set_default_timeout(SHOWS_MS)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.goto(address)
        expect(self.node("n1")).to_be_visible(timeout=SHOWS_MS)

    def node(self, name: str) -> Locator:
        return self.page.locator(f'[data-node="{name}"].node')

    def choose(self, kind: str, name: str) -> None:
        """By its middle, where no other line crosses it in the way."""
        self.page.locator(f'[data-{kind}="{name}"]').dispatch_event("click")

    def do(self, what: str) -> None:
        """Press that button once it is not grey any more, and wait until the lab has done it."""
        button = self.page.locator(f'#choices [data-what="{what}"]').first
        expect(button).not_to_have_attribute("aria-disabled", "true", timeout=SHOWS_MS)
        with self.page.expect_response("**/order") as answer:
            button.click()
        assert answer.value.json()["done"], answer.value.text()

    def is_refused(self, button: str, why: str) -> None:
        """It is grey, and says why when it is pressed all the same."""
        expect(self.page.locator(button)).to_have_attribute("aria-disabled", "true", timeout=SHOWS_MS)
        self.page.locator(button).focus()
        self.page.keyboard.press("Enter")
        self.says("#told", why)

    def heal(self) -> None:
        with self.page.expect_response("**/order") as answer:
            self.page.locator("#heal").click()
        assert answer.value.json()["done"], answer.value.text()

    def says(self, place: str, words: str) -> None:
        expect(self.page.locator(place)).to_contain_text(re.compile(words), timeout=SHOWS_MS)


@pytest.fixture
def live(browser: Browser, lab: Lab) -> Iterator[Live]:
    """In the end everything is healed, and nothing may have been complained of."""
    live = Live(browser, lab.address)
    live.says("#headline", r"n\d leads, epoch")
    yield live
    live.heal()
    live.says("#wrong", "Everything is healthy")
    live.page.close()
    assert live.complaints == []


def leader(lab: Lab) -> str:
    """Whoever says that it leads, once somebody does: a node that stands still for a moment says nothing."""
    while True:
        for node in lab.status()["nodes"]:
            if node.get("role") == "leader":
                return str(node["node"])


def test_a_link_that_is_cut_by_a_click_is_cut(live: Live, lab: Lab) -> None:
    live.choose("wire", "n2-n3")
    live.do("cut")
    assert {link["link"] for link in lab.status()["links"]} == {"n2-n3", "n3-n2"}
    assert all(link["cut_requests"] and link["cut_replies"] for link in lab.status()["links"])
    expect(live.page.locator('[data-link="n2-n3"]')).to_have_class(re.compile("way-cut"), timeout=SHOWS_MS)
    live.says("#chosen-text", "What n2 asks of n3 vanishes")
    live.says("#wrong", "2 links are not healthy")
    live.says("#lines", "links between n2 and n3")
    live.do("heal-link")
    assert lab.status()["links"] == []
    live.do("lose-reply")
    [lossy] = lab.status()["links"]
    assert (lossy["link"], lossy["cut_requests"], lossy["cut_replies"]) == ("n2-n3", False, True)
    live.says("#chosen-text", "the answers are lost")
    live.is_refused('#choices [data-what="slow"]', "Heal it first")
    live.do("heal-link")
    live.says("#wrong", "Everything is healthy")
    live.do("slow")
    assert [link["latency_s"] for link in lab.status()["links"]] == [0.3, 0.3]


def test_a_leader_that_is_killed_by_a_click_is_replaced_on_the_page(live: Live, lab: Lab) -> None:
    old = leader(lab)
    live.choose("node", old)
    live.do("kill")
    expect(live.node(old)).to_have_class(re.compile("node-dead"), timeout=SHOWS_MS)
    others = "|".join({"n1", "n2", "n3"} - {old})
    live.says("#headline", f"^({others}) leads, epoch")
    live.says("#wrong", f"{old} is dead")
    live.heal()
    live.says("#wrong", "Everything is healthy")
    found = lab.status()
    assert found["links"] == []
    assert {node["process"] for node in found["nodes"]} == {"running"}
    expect(live.node(old)).to_have_class(re.compile("node-follower"), timeout=SHOWS_MS)


def test_who_is_paused_stands_still_until_he_is_told_to_go_on(live: Live, lab: Lab) -> None:
    follower = next(name for name in ("n3", "n2") if name != leader(lab))
    live.choose("node", follower)
    live.do("pause")
    expect(live.node(follower)).to_have_class(re.compile("node-paused"), timeout=SHOWS_MS)
    assert {"node": follower, "process": "paused"} in lab.status()["nodes"]
    live.do("resume")
    expect(live.node(follower)).to_have_class(re.compile("node-follower"), timeout=SHOWS_MS)


def test_an_operator_makes_another_one_lead(live: Live, lab: Lab) -> None:
    follower = next(name for name in ("n3", "n2") if name != leader(lab))
    live.choose("node", follower)
    live.do("hand-over")
    assert leader(lab) == follower
    live.says("#headline", f"^{follower} leads")
    live.is_refused('#choices [data-what="promote"]', f"{follower} leads already")


def test_a_write_and_reads_by_hand(live: Live) -> None:
    live.page.locator("#key").fill("greeting")
    live.page.locator("#value").fill("hello there")
    live.page.locator("#write").click()
    live.says("#answers li:first-child", 'greeting = "hello there": acknowledged by n')
    live.page.locator("#key").blur()
    for name in ("n1", "n2", "n3"):
        expect(live.node(name)).to_contain_text('greeting = "hello there"', timeout=SHOWS_MS)
    live.page.locator("#at").select_option("n1")
    live.is_refused("#write", "Clients write at a gateway")
    live.page.locator("#at").select_option("g2")
    live.page.locator("#read").click()
    live.says("#answers li:first-child", 'greeting is "hello there", says n')


def test_the_keyboard_reaches_everything(live: Live) -> None:
    page = live.page
    page.locator("#heal").focus()
    reached = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        name = page.evaluate(
            "(e => e.id || e.dataset.what || e.dataset.node || e.dataset.wire || '')(document.activeElement)"
        )
        reached.append(name)
        if name == "read":
            break
        if page.evaluate("document.activeElement.matches('.wire')"):
            page.keyboard.press("ArrowRight")
            page.keyboard.press("Enter")
    nodes = ["n1", "n2", "n3", "g1", "g2", "controller"]
    assert [name for name in reached if name in nodes] == nodes
    assert {"log-node", "log-notable", "key", "value", "at", "write", "read"} <= set(reached)
    live.says("#chosen-title", "Link n1 – n3")
    for what in ("cut", "slow", "heal-link"):  # a grey one as well, with its reason
        page.locator(f'#choices [data-what="{what}"]').focus()
        assert page.evaluate("document.activeElement.tagName") == "BUTTON"
    page.keyboard.press("Enter")
    live.says("#told", "Nothing is wrong with it")
    page.locator('[data-node="n2"].node').focus()
    page.keyboard.press("Enter")
    live.says("#chosen-title", "n2, replica")


def test_whoever_opens_it_without_the_token_may_look(browser: Browser, lab: Lab) -> None:
    live = Live(browser, lab.address.partition("#")[0])
    live.page.locator("#heal").click()
    live.says("#told", "This page may only look")
    live.page.close()


def test_ten_pages_at_once_see_the_same_and_close(browser: Browser, lab: Lab) -> None:
    contexts = [browser.new_context() for _ in range(10)]  # one alone gives a server six streams
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.goto(lab.address)
    for page in pages:
        expect(page.locator("#headline")).to_contain_text("leads", timeout=SHOWS_MS)
    for context in contexts:
        context.close()
    assert lab.status()["links"] == []
