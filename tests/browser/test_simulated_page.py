"""`./lab page --on sim` in a real browser: time goes backwards, and clicks make other futures."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import Errors
from tests.repository import ROOT

pytestmark = pytest.mark.browser

ENDS_S, SHOWS_MS = 60, 90_000
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/#\S+")
MOST_STEPS, MOST_TABS = 40, 80
CONTROLS = ("scenario", "variant", "seed", "story", "run", "back", "play", "step", "speed", "slider", "key")
OTHERS = ("log-node", "log-notable", "heal", "turn", "challenge", "solution")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The page of simulated runs, which must end when it is told to."""
    command = [sys.executable, "-m", "chaos", "page", "--on", "sim", "split-brain:unfenced", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True) as serving:
        assert serving.stdout
        yield next(found[0] for line in serving.stdout if (found := ADDRESS.search(line)))
        serving.send_signal(signal.SIGINT)
        assert serving.wait(ENDS_S) == 130


class Film:
    """The page in a browser, and what a person does there."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.page: Page = browser.new_page(viewport={"width": 800, "height": 900})
        self.page.set_default_timeout(SHOWS_MS)
        self.errors = Errors(self.page)
        self.page.goto(address)
        expect(self.page.locator('[data-node="n1"].node')).to_be_visible(timeout=SHOWS_MS)

    def at(self, place: str) -> Locator:
        return self.page.locator(place)

    def says(self, place: str, words: str) -> None:
        expect(self.at(place)).to_contain_text(re.compile(words), timeout=SHOWS_MS)

    def go(self, button: str, until: str) -> None:
        """Press it until what happened last is that."""
        for _ in range(MOST_STEPS):
            self.at(button).click()
            if re.search(until, self.at("#now").inner_text()):
                return
        raise AssertionError(f"{MOST_STEPS} times {button}, and never {until}")

    def be_at(self, at_ms: int) -> None:
        self.at("#slider").evaluate(
            "(slider, at) => { slider.value = at; slider.dispatchEvent(new Event('input')); }", at_ms
        )

    def strike(self, kind: str, name: str, what: str) -> None:
        """Choose it on the map, press the button, and wait for the other future."""
        self.at(f'[data-{kind}="{name}"]').first.dispatch_event("click")
        self.awaiting_film(f'#choices [data-what="{what}"]')

    def awaiting_film(self, button: str) -> None:
        with self.page.expect_response("**/film") as answer:
            self.at(button).first.click()
        assert answer.value.json()["done"], answer.value.text()
        expect(self.at("body.is-busy")).to_have_count(0, timeout=SHOWS_MS)

    def drawn(self) -> list[str]:
        """All that the map says at this moment."""
        labels: list[str] = self.at("#map [aria-label]").evaluate_all(
            "all => all.map((each) => each.getAttribute('aria-label'))"
        )
        return labels


def test_time_goes_backwards_and_a_click_makes_another_future(browser: Browser, address: str) -> None:
    film = Film(browser, address)
    _predict(film)
    _back_and_forth(film)
    _what_if(film)
    _solve_a_challenge(film)
    _by_keyboard(film)
    assert film.page.evaluate("document.documentElement.scrollWidth") <= 800
    film.page.close()
    assert film.errors == []


def _predict(film: Film) -> None:
    """The verdict is not told before one has said what one expects."""
    expect(film.at("#verdicts")).to_be_hidden()
    film.at('#predict input[value="split-brain"]').check()
    film.at("#lock-in").click()
    film.says("#score", "You expected split-brain: right about 1 of 2")
    film.says("#verdicts", "As expected: split brain")
    assert "problem" not in (film.at("#variant").text_content() or "")


def _back_and_forth(film: Film) -> None:
    """A step back shows the earlier state, and the same step again the same as before."""
    film.be_at(500)
    expect(film.at("#now")).to_have_text("Nothing has happened so far.")
    film.be_at(0)
    expect(film.at("#now")).to_have_text("The beginning.")
    film.go("#step", "the script: partition")
    film.says("#wrong", "links are not healthy")
    film.go("#step", "n2: promoted")
    film.says("#because", "a split brain only if both acknowledge")
    film.says("#headline", "n1 .epoch 1. and n2 .epoch 2. each say that they lead")
    later = film.drawn()
    film.go("#back", "controller: fenced")
    film.says("#headline", "^n1 leads, epoch 1")
    earlier = film.drawn()
    film.go("#step", "n2: promoted")
    assert film.drawn() == later != earlier
    film.go("#back", "controller: fenced")
    assert film.drawn() == earlier


def _what_if(film: Film) -> None:
    """Healed before anybody noticed, the same past comes to no split brain."""
    film.go("#back", "the script: .*g1")
    film.awaiting_film("#heal")
    film.says("#past", "alike byte for byte")
    expect(film.at("#score")).to_have_count(0)  # what was expected was not of this
    film.says(".judged >> nth=0", "As it was.*split brain, 53 writes lost")
    film.says(".judged >> nth=1", "With what you did.*No split brain, no write lost")
    film.says("#strikes", r"s: healed: n1-n2")
    film.awaiting_film("#forget")
    expect(film.at(".judged")).to_have_count(1)


def _solve_a_challenge(film: Film) -> None:
    with film.page.expect_response("**/film"):
        film.at("#challenge").select_option("vanish")
    film.says("#settings", "lost-writes:async")
    film.be_at(1500)
    film.strike("wire", "n1-n2", "cut")
    film.says("#answer", "Not yet: no write lost")
    film.says("#answer", "Hint: The leader acknowledges before")
    film.strike("wire", "n1-n3", "cut")
    film.be_at(2100)
    film.strike("node", "n1", "kill")
    film.says("#answer", r"Solved: \d+ writes lost")
    film.says("#told", r"Solved: \d+ writes lost")
    film.says("#answer", "no replica shows it at the end")
    film.be_at(0)
    places = """[...document.querySelectorAll('#play, #slider')].map(
        (each) => each.getBoundingClientRect().top + scrollY)"""
    before = film.page.evaluate(places)
    film.awaiting_film("#solution")
    expect(film.at("#clock")).not_to_have_text("0.000 s")
    expect(film.at(".banner h2")).to_have_text("lost-write, proven at this moment")
    assert film.page.evaluate(places) == before


def _by_keyboard(film: Film) -> None:
    film.at("#scenario").focus()
    reached = ["scenario"]
    for _ in range(MOST_TABS):
        film.page.keyboard.press("Tab")
        reached.append(film.page.evaluate("document.activeElement.id"))
        if reached[-1] == "turn":
            break
    assert {*CONTROLS, *OTHERS} <= set(reached)
    film.at("#slider").focus()
    before = film.at("#clock").inner_text()
    film.page.keyboard.press("ArrowLeft")
    expect(film.at("#clock")).not_to_have_text(before)
    assert film.at("#slider").get_attribute("aria-valuetext")
