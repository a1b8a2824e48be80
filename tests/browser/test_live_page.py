"""`./lab page` in a real browser, in front of a real cluster: what is clicked happens, and is seen."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.living import SHOWS_MS, Lab, Live, leader, without_engine

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MOST_TABS = 80


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A cluster of processes, and no container engine in sight."""
    with without_engine() as lab, lab.up():
        yield lab


@pytest.fixture
def live(browser: Browser, lab: Lab) -> Iterator[Live]:
    live = Live(browser, lab.address)
    live.says("#headline", r"n\d leads, epoch")
    yield live
    live.close()


def test_a_link_that_is_cut_by_a_click_is_cut(live: Live, lab: Lab) -> None:
    live.cut_a_link(lab)
    live.says("#chosen-text", "What n2 asks of n3 vanishes")
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
    old = live.kill_the_leader(lab)
    live.heal()
    live.says("#wrong", "Everything is healthy")
    found = lab.status()
    assert found["links"] == []
    assert {node["process"] for node in found["nodes"]} == {"running"}
    expect(live.node(old)).to_have_class(re.compile("node-follower"), timeout=SHOWS_MS)


DOTS = """() => {
    window.dots = [];
    const seen = (dot) => window.dots.push(dot.getAttribute("class"));
    const note = (changes) => changes.forEach((change) => change.addedNodes.forEach(seen));
    new MutationObserver(note).observe(document.querySelector(".traffic"), { childList: true });
}"""


def test_messages_move_along_the_links(live: Live, lab: Lab) -> None:
    """Writes in the colour of who acknowledges them; what is cut off gets half of the way."""
    first = leader(lab)
    other = next(name for name in ("n3", "n2") if name != first)
    live.page.evaluate(DOTS)
    live.page.locator("#write").click()
    live.says("#answers li:first-child", "acknowledged by n")
    live.page.wait_for_function("() => window.dots.some((dot) => /is-data epoch-/.test(dot))")
    live.choose("wire", f"{first}-{other}" if first < other else f"{other}-{first}")
    live.do("cut")
    live.page.wait_for_function("() => window.dots.some((dot) => /is-lost/.test(dot))")


def test_who_is_paused_stands_still_until_he_is_told_to_go_on(live: Live, lab: Lab) -> None:
    follower = next(name for name in ("n3", "n2") if name != leader(lab))
    live.choose("node", follower)
    live.do("pause")
    expect(live.node(follower)).to_have_class(re.compile("node-paused"), timeout=SHOWS_MS)
    assert {"node": follower, "process": "paused"} in lab.status()["nodes"]
    ring = live.node(follower).locator(".ring-detection")
    expect(ring).to_have_attribute("data-left", "0", timeout=SHOWS_MS)  # the controller waits no longer
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
    live.write_by_hand()
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


def test_a_page_that_lacks_a_script_loads_again(browser: Browser, lab: Lab) -> None:
    """Chromium drops what it is loading when the machine's networks change."""
    page = browser.new_page()
    dropped: list[str] = []

    def drop_the_first(route: Route) -> None:
        if dropped:
            return route.continue_()
        dropped.append(route.request.url)
        return route.abort("failed")

    page.route("**/assets/map.js", drop_the_first)
    page.goto(lab.address)
    expect(page.locator('[data-node="n1"].node')).to_be_visible(timeout=SHOWS_MS)
    assert dropped
    page.locator("#heal").click()
    expect(page.locator("#told")).to_contain_text("Done", timeout=SHOWS_MS)  # the token is still known
    page.close()
