"""Load and a slow link by hand, in a real browser on a real cluster: the stale read raises its banner."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.living import ADDRESS, SHOWS_MS, Lab, Live, without_engine

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

FAST = ["--replication", "async", "--reads", "any", "--detection-timeout-ms", "60000"]  # n1 leads to the end


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A cluster whose followers answer reads and whose leader waits for nobody; `down` ends its page, too."""
    with without_engine() as lab:
        found = ADDRESS.search(lab("up", *FAST))
        assert found
        lab.address = found[0]
        yield lab
        lab("down")


def test_a_stale_read_raises_a_banner_with_its_proof(browser: Browser, lab: Lab) -> None:
    live = Live(browser, lab.address)
    page, banner = live.page, live.page.locator('[data-anomaly="stale-read"]')
    page.locator("#writes-per-s").fill("40")
    page.locator("#reads-per-s").fill("60")
    live.says("#told", "Load: 40 writes and 60 reads a second")
    expect(page.locator("#writes-output")).to_have_text("40")
    live.says("#load-words", r"[1-9]\d* writes acknowledged, [1-9]\d* reads answered")
    live.choose("wire", "n1-n2")
    live.do("slow")
    live.says("#kept", r"since 0\.000 s, still in force: .* n1 and n2 are slow by 300 ms")
    expect(banner).to_be_visible(timeout=SHOWS_MS)
    expect(banner.locator("h2")).to_have_text(re.compile(r"^\d+ stale reads?$"))
    expect(banner).to_contain_text("although process")
    expect(banner.locator(".proof li")).to_have_text(
        [re.compile("acknowledged by n1"), re.compile("read load-")]
    )
    assert page.locator("#banners").get_attribute("role") == "alert"
    banner.locator("button").focus()
    page.keyboard.press("Enter")
    expect(banner).to_have_count(0)
    live.says("#checks", "✗ stale-read")
    page.locator("#conclude").click()
    live.says("#told", r"Done: every replica was read: .*stale read")
    live.says("#checks", "no lost-write")
    live.says("#wrong", "Everything is healthy")
    expect(page.locator("#writes-per-s")).to_have_value("0")
    live.page.close()
    assert live.errors == []
