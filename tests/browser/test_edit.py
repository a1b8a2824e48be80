"""`./lab edit` in a real browser: two people type into one text, and one line is cut."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import Errors
from tests.repository import ROOT

pytestmark = pytest.mark.browser

STARTS_S, SHOWS_MS = 90, 40_000
TYPE_ON = """(letter) => {
  const type = () => { box.value += letter; box.dispatchEvent(new Event("input")); };
  window.typing = setInterval(type, 1000);
  type();
}"""
PAGES = re.compile(r"open (http://\S+)/ann and ")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The page's address, while the command runs; it must end when it is told to, and leave nothing."""
    command = [sys.executable, "-m", "chaos", "edit", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as lab:
        assert lab.stdout
        found = next(match for line in lab.stdout if (match := PAGES.match(line)))
        yield found[1]
        lab.send_signal(signal.SIGINT)
        assert lab.wait(STARTS_S) == 130


class Person:
    """One page, with what went wrong there."""

    def __init__(self, browser: Browser, url: str, name: str) -> None:
        self.page: Page = browser.new_page()
        self.page.set_default_timeout(SHOWS_MS)
        self.errors = Errors(self.page)
        self.page.goto(f"{url}/{name}")
        self.box = self.page.locator("#mine")
        expect(self.box).to_be_enabled(timeout=SHOWS_MS)

    def shows(self, text: str) -> None:
        expect(self.box).to_have_value(text, timeout=SHOWS_MS)

    def leaders_show(self, text: str) -> None:
        for held in self.page.locator(".server pre").all():
            expect(held).to_have_text(text, timeout=SHOWS_MS)

    def sees(self, text: str, on: str) -> None:
        """Somebody else's device has it: what is typed there fast is sent in parts."""
        device = self.page.locator(f'.person[data-name="{on}"] pre')
        expect(device).to_have_text(text, timeout=SHOWS_MS)

    def begin(self, way: str) -> None:
        """On an empty text."""
        with self.page.expect_response("**/way") as answer:
            self.page.locator("#way").select_option("lock" if way != "lock" else "crdt")
        assert answer.value.ok
        with self.page.expect_response("**/way") as answer:
            self.page.locator("#way").select_option(way)
        assert answer.value.ok

    @contextmanager
    def typing_on(self, letter: str) -> Iterator[None]:
        """At the end of the text, a letter now and one each second: the lock of who stops typing runs out."""
        self.page.evaluate(TYPE_ON, letter)
        yield
        self.page.evaluate("clearInterval(typing)")

    def line(self, words: str) -> None:
        """Press the button of this person's own line, which says so then."""
        with self.page.expect_response("**/line"):
            self.page.locator(".person button").first.click()
        expect(self.page.locator(".person button").first).to_have_text(words, timeout=SHOWS_MS)


@pytest.fixture
def people(browser: Browser, url: str) -> Iterator[tuple[Person, Person]]:
    """Ann and Bob; in the end nothing may have been complained of."""
    ann, bob = Person(browser, url, "ann"), Person(browser, url, "bob")
    yield ann, bob
    ann.page.close()
    bob.page.close()
    assert ann.errors + bob.errors == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("way", ["crdt", "operational-transformation"])
def test_both_type_at_once_and_one_of_them_without_a_line(people: tuple[Person, Person], way: str) -> None:
    ann, bob = people
    ann.begin(way)
    ann.shows("")
    bob.shows("")
    ann.box.press_sequentially("one\nthree")
    bob.shows("one\nthree")
    ann.line("heal the line")
    bob.box.press("Control+End")
    bob.box.press_sequentially(", four 🦜")
    ann.box.press("Control+Home")
    ann.box.press_sequentially("zero, ")
    ann.shows("zero, one\nthree")
    bob.leaders_show("one\nthree, four 🦜")
    bob.shows("one\nthree, four 🦜")
    ann.line("cut the line")
    for each in people:
        each.shows("zero, one\nthree, four 🦜")
        each.leaders_show("zero, one\nthree, four 🦜")
    bob.box.press("Control+Home")
    for _ in "zero, ":
        bob.box.press("Delete")
    ann.shows("one\nthree, four 🦜")


@pytest.mark.timeout(300)
def test_under_a_lock_the_second_one_is_told_who_is_typing(people: tuple[Person, Person]) -> None:
    ann, bob = people
    ann.begin("lock")
    ann.shows("")
    bob.shows("")
    with ann.typing_on("a"):
        expect(ann.page.locator(".server pre").first).to_have_text(re.compile("^a+$"), timeout=SHOWS_MS)
        bob.box.press_sequentially("b")
        expect(bob.page.locator("#told")).to_have_text(re.compile("ann is editing"), timeout=SHOWS_MS)
        expect(ann.page.locator("#release")).to_be_visible(timeout=SHOWS_MS)
        expect(bob.page.locator("#release")).to_be_hidden(timeout=SHOWS_MS)
    text = ann.box.input_value()
    bob.shows(text)
    bob.leaders_show(text)
    with ann.page.expect_response("**/ann/release") as answer:
        ann.page.locator("#release").dispatch_event("click")  # even if the lock has run out meanwhile
    assert answer.value.ok and not answer.value.json()["refused"]
    bob.box.press("Control+End")
    bob.box.press_sequentially("b")
    bob.leaders_show(f"{text}b")


@pytest.mark.timeout(300)
def test_the_last_to_save_wins(people: tuple[Person, Person]) -> None:
    ann, bob = people
    ann.begin("last-write-wins")
    ann.shows("")
    bob.shows("")
    ann.line("heal the line")
    ann.box.press_sequentially("hello")
    bob.sees("hello", on="ann")
    bob.box.press_sequentially("world")
    bob.leaders_show("world")
    ann.line("cut the line")
    for each in people:
        each.shows("world")
    replaced = re.compile("^bob’s later version replaced yours")
    expect(ann.page.locator("#told")).to_have_text(replaced, timeout=SHOWS_MS)
    expect(bob.page.locator("#told")).not_to_have_text(replaced)
    ann.begin("crdt")
    for each in people:
        expect(each.page.locator("#told")).to_have_text(re.compile("begins with an empty text"))
