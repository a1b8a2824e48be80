"""What comes while a page waits for its device’s answer: in which order the two arrive is nobody’s choice."""

from collections.abc import Iterator
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader
from playwright.sync_api import Browser, Page, Route, expect

from chaos.editing.application import ASSETS, SERVED
from chaos.editing.board import WAYS
from tests.browser.chromium import fulfill

pytestmark = pytest.mark.browser

HERE = "http://127.0.0.1:1/"
LOOK_MS = 10


class Held:
    """Ann's page without a lab behind it: what it is told, and what it sends and waits for."""

    def __init__(self, page: Page) -> None:
        self.page, self._sent = page, list[Route]()
        self.way, self.holder, self.notice = "crdt", "", ""
        page.route("**/*", self._serve)
        page.goto(f"{HERE}ann")
        self.box = page.locator("#mine")

    def hear(self, version: int, text: str) -> None:
        """The stream tells what Ann's device shows."""
        shown = {"version": version, "text": list(text), "cut": False}
        board = {"way": self.way, "people": {"ann": shown, "bob": shown}, "servers": {"n1": text}}
        board |= {"holder": self.holder, "notices": {"ann": self.notice, "bob": ""}}
        self.page.evaluate("board => render(board)", board)

    def sends(self) -> Any:
        """The next splice; its answer is still to be given."""
        while not self._sent:
            self.page.wait_for_timeout(LOOK_MS)
        return self._sent[0].request.post_data_json

    def answer(self, version: int, text: str, refused: str = "") -> None:
        """What the device shows after that splice."""
        shown = {"version": version, "text": list(text), "cut": False, "refused": refused}
        self._sent.pop(0).fulfill(json=shown)

    def _serve(self, route: Route) -> None:
        name = route.request.url.removeprefix(HERE)
        if route.request.method == "POST":
            self._sent.append(route)
        elif name == "ann":
            templates = Environment(loader=FileSystemLoader(ASSETS), autoescape=True)
            about = {"me": "ann", "others": ["bob"], "ways": WAYS, "servers": ["n1"]}
            body = templates.get_template("edit.html").render(about)
            route.fulfill(content_type="text/html", body=body)
        elif name == "stream":
            route.fulfill(status=204)  # a browser does not ask again then
        else:
            fulfill(route, SERVED[name.removeprefix("assets/")])


@pytest.fixture
def ann(browser: Browser) -> Iterator[Held]:
    context = browser.new_context()
    yield Held(context.new_page())
    context.close()


def test_a_newer_text_that_comes_before_the_answer_is_nothing_that_ann_has_typed(ann: Held) -> None:
    ann.hear(0, "a")
    expect(ann.box).to_have_value("a")
    ann.box.press("End")
    ann.box.press_sequentially("b")
    assert ann.sends() == {"version": 0, "at": 1, "erase": 0, "insert": "b"}
    ann.box.press_sequentially("c")
    ann.hear(2, "xab")  # Bob's x came after her b, and overtakes the answer
    ann.answer(1, "ab")
    assert ann.sends() == {"version": 2, "at": 3, "erase": 0, "insert": "c"}
    ann.answer(3, "xabc")
    ann.box.press_sequentially("d")
    assert ann.sends() == {"version": 3, "at": 4, "erase": 0, "insert": "d"}
    expect(ann.box).to_have_value("xabcd")


def test_a_lock_is_given_back_only_by_who_holds_it_and_what_was_replaced_is_told(ann: Held) -> None:
    expect(ann.page.locator("#told")).to_contain_text("does not answer")  # there is no stream here
    ann.way, ann.holder, ann.notice = "lock", "bob", "bob’s later version replaced yours"
    ann.hear(1, "a")
    expect(ann.page.locator("#release")).to_be_hidden()
    expect(ann.page.locator("#told")).to_have_text("bob’s later version replaced yours")
    ann.holder, ann.notice = "ann", ""
    ann.hear(2, "ab")
    expect(ann.page.locator("#release")).to_be_visible()
    expect(ann.page.locator("#told")).to_have_text("")


def test_a_refusal_stays_when_an_older_notice_goes(ann: Held) -> None:
    ann.way, ann.notice = "lock", "Everybody edits with a lock from now on"
    ann.hear(1, "a")
    ann.box.press_sequentially("b")
    assert ann.sends()["insert"] == "b"
    ann.answer(1, "a", refused="locked: bob is editing 'text'")
    expect(ann.page.locator("#told")).to_have_text("locked: bob is editing 'text'")
    ann.notice = ""
    ann.hear(2, "ax")
    expect(ann.page.locator("#told")).to_have_text("locked: bob is editing 'text'")
