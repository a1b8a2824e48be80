"""What stays in sight on the live page: banners that move nothing, and the answer to an order."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import msgspec
import pytest
from playwright.sync_api import Browser, Page, expect

from chaos.checkers import checker_names
from chaos.cluster import CUT
from chaos.judging.suitable import rank
from chaos.judging.verdict import Finding
from chaos.page.drawn import picture
from chaos.report.plainly import plainly
from chaos.report.words import capitalized
from tests.browser.chromium import Errors
from tests.browser.test_live_page_beside import ALARM, LOAD, Played
from tests.unit.page.seeing import follower, leader, running, seen

pytestmark = pytest.mark.browser

Open: TypeAlias = Callable[..., Played]
NAMES = (
    "split-brain",
    "stale-read",
    "non-monotonic-read",
    "failed-write-seen",
    "read-your-writes",
    "new-then-old",
)
PLACES = """() => [...document.querySelectorAll("main, #map, #choices button, #conclude, #write")]
    .map((each) => each.getBoundingClientRect().top)"""
CUT_OFF = """() => [...document.querySelectorAll(".banner h2")]
    .filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.textContent)"""
SLIDERS = """() => [...document.querySelectorAll("input[type=range]")]
    .map((each) => each.getBoundingClientRect().top)"""
IN_SIGHT = """(place) => {
  const { top, bottom } = document.querySelector(place).getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight;
}"""


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """A page of that width that was sent a healthy cluster and `more` events; no script may fail."""
    context = browser.new_context()
    errors: list[Errors] = []

    def opened(width: int = 1280, **more: Any) -> Played:
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        errors.append(Errors(page))
        shown = msgspec.to_builtins(picture(seen(leader(), follower("n2"), follower("n3"))))
        return Played(page, {"picture": {"picture": shown, "values": {"load-1-x0": {"n1": "42"}}}, **more})

    yield opened
    context.close()
    assert not any(errors), errors


def load_with(count: int) -> dict[str, Any]:
    alarms = [{**ALARM, "name": name, "title": f"2 of {name}", "rank": rank(name)} for name in NAMES[:count]]
    return {**LOAD, "checks": [], "alarms": alarms}


def choose(page: Page, kind: str, name: str) -> None:
    page.locator(f'[data-{kind}="{name}"]').first.focus()
    page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [800, 1280])
def test_banners_move_nothing_and_cover_no_control(opened: Open, width: int) -> None:
    without = opened(width, load=load_with(0)).page
    page = opened(width, load=load_with(len(NAMES))).page
    expect(page.locator(".banner")).to_have_count(len(NAMES))
    for each in (without, page):
        choose(each, "node", "n2")
    assert page.evaluate(PLACES) == without.evaluate(PLACES)
    assert page.evaluate(IN_SIGHT, '[data-node="controller"] .box')
    place, header = page.locator(".notices").bounding_box(), page.locator("header").bounding_box()
    assert place and header and header["y"] + header["height"] <= place["y"]
    assert place["y"] + place["height"] <= page.evaluate(
        "document.querySelector('main').getBoundingClientRect().top"
    )
    expect(page.locator("#banner-count")).to_have_text(f"{len(NAMES)} findings, scroll ↕")


DEAD, PAUSED = {"node": "n1", "process": "dead"}, {"node": "n2", "process": "paused"}
WATCHING = running("controller", "controller", epoch=1, leader="n1", watches={"n1": 0, "n2": 0, "n3": 4})
STRUCK = {"n1-n2": CUT, "n2-n1": CUT}


@pytest.mark.parametrize("width", [800, 1280])
@pytest.mark.parametrize(
    "accounts",
    [
        [DEAD, PAUSED, follower("n3"), WATCHING],
        [leader(), follower("n2"), leader("n3", 2)],
        [leader(), follower("n2", behind=5), follower("n3")],
    ],
)
@pytest.mark.parametrize(("kind", "name"), [("node", "n2"), ("wire", "n1-n2")])
def test_bad_news_moves_no_button(opened: Open, width: int, accounts: Any, kind: str, name: str) -> None:
    before = opened(width).page
    worse = msgspec.to_builtins(picture(seen(*accounts, states=STRUCK)))
    after = opened(width, picture={"picture": worse, "values": {}}).page
    first = "document.querySelector('#choices button').getBoundingClientRect().top"
    for page in (before, after):
        choose(page, kind, name)
    assert after.evaluate(PLACES)[:2] == before.evaluate(PLACES)[:2]  # all below the header, and the map
    assert after.evaluate(first) == before.evaluate(first)


def test_a_proof_is_folded_and_is_unfolded_and_folded_by_keyboard(opened: Open) -> None:
    page = opened(800, load=load_with(2)).page
    expect(page.locator(".banner h2")).to_have_text(["2 of split-brain", "2 of stale-read"])
    proof = page.locator('[data-anomaly="stale-read"] .proof')
    expect(proof).to_be_hidden()
    before = page.evaluate(PLACES)
    page.locator('[data-anomaly="stale-read"] summary').focus()
    page.keyboard.press("Enter")
    expect(proof).to_be_visible()
    assert page.evaluate(PLACES) == before
    page.keyboard.press("Escape")
    expect(proof).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".banner h2")).to_have_text(["2 of split-brain"])


def test_the_gravest_anomaly_comes_first_and_then_the_newest(opened: Open) -> None:
    shown = opened(load=load_with(3)).page.locator(".banner h2")
    expect(shown).to_have_text(["2 of split-brain", "2 of non-monotonic-read", "2 of stale-read"])


@pytest.mark.parametrize("width", [640, 800, 1280])
def test_no_title_of_a_banner_is_cut_off(opened: Open, width: int) -> None:
    names = checker_names()
    titles = {name: capitalized(plainly(Finding(name, True, 1234))) for name in names}
    alarms = [{**ALARM, "name": name, "title": titles[name], "rank": rank(name)} for name in names]
    page = opened(width, load={**LOAD, "checks": [], "alarms": alarms}).page
    expect(page.locator(".banner")).to_have_count(len(names))
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [640, 800, 1280, 1500])
def test_no_slider_moves_as_a_load_begins(opened: Open, width: int) -> None:
    before = opened(width).page
    after = opened(width, load={**load_with(2), "keys": "load-a736-12-x0 to x9"}).page
    expect(after.locator("#load-keys")).to_have_text("On the keys load-a736-12-x0 to x9.")
    assert after.evaluate(SLIDERS) == before.evaluate(SLIDERS)


@pytest.mark.parametrize("width", [800, 1280])
def test_the_answer_to_an_order_is_in_sight_wherever_one_is(opened: Open, width: int) -> None:
    page = opened(width).page
    choose(page, "node", "n2")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.locator("#choices button").first.dispatch_event("click")
    expect(page.locator("#told")).to_have_text("Done: so it is")
    assert page.evaluate(IN_SIGHT, "#told")
    choose(page, "node", "n3")
    expect(page.locator("#told")).to_have_text("")  # it was said of n2
    page.locator("#write").click()
    expect(page.locator("#told")).to_have_text("write x at g1: so it is")
    assert page.evaluate(IN_SIGHT, "#told")


def test_while_a_load_runs_the_nodes_show_one_of_its_keys_until_the_reader_types_one(opened: Open) -> None:
    played = opened(load=load_with(0))
    page, own = played.page, played.page.locator('[data-node="n1"] .held')
    expect(own).to_have_text("x0 of the load = 42")
    expect(page.locator("#key-hint")).to_contain_text("The load’s key load-1-x0 stands below")
    page.locator("#key").fill("y")
    page.locator("#key").blur()
    expect(own).to_have_text("")  # nobody has looked under y
    expect(page.locator("#key-hint")).to_contain_text("under the key stands below its box")


@pytest.mark.parametrize("width", [800, 1280])
def test_a_legend_is_unfolded_by_keyboard_and_explains_every_sign(opened: Open, width: int) -> None:
    page = opened(width).page
    page.locator("#legend summary").focus()
    page.keyboard.press("Enter")
    signs = page.locator("#legend dt").all_inner_texts()
    for sign in ("ring", "bar", "two lines", "dot", "colours", "at 1.7", "n1:3 n2:2", "Cut", "One way only"):
        assert any(sign in each for each in signs), sign
    for broken in ("Lose the requests", "Lose the answers", "Refuse connections"):
        assert broken in signs
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_end_of_a_load_is_grey_while_none_has_run(opened: Open) -> None:
    page = opened().page
    expect(page.locator("#conclude")).to_have_attribute("aria-disabled", "true")
    expect(page.locator("#conclude-hint")).to_contain_text("No load runs")
    page = opened(load=load_with(0)).page
    expect(page.locator("#conclude")).not_to_have_attribute("aria-disabled", "true")
    expect(page.locator("#conclude-hint")).to_contain_text("a lost write be told from a late one")


def test_what_follows_a_full_stop_begins_with_a_capital(opened: Open) -> None:
    page = opened().page
    answers = iter(("a failover is under way", "n2 leads"))
    page.route("**/order", lambda route: route.fulfill(json={"done": False, "text": next(answers)}))
    for told in ("A failover is under way", "n2 leads"):
        page.locator("#heal").click()
        expect(page.locator("#told")).to_have_text(f"Heal and restart everything: not done. {told}")
