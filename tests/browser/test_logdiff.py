"""The page of `./lab logdiff` in a real browser: bytes lead to their fields."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from chaos.logdiff.pieces import told
from chaos.logdiff.webpage import webpage
from services.messages.records import Statement
from tests.browser.conftest import Show
from tests.browser.test_report import HOSTILE
from tests.unit.logdiff.making import compared

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All of them; name it before `show`, for while a browser is open no other loop can run here."""
    insert = "INSERT INTO items(name, price, holder) VALUES (?, 1, ?)"
    hostile = [Statement(insert, (text, text)) for text in HOSTILE]
    made = {}
    for name, statements in {"example": [], "hostile": hostile}.items():
        directory = tmp_path_factory.mktemp(name)
        made[name] = directory / "page.html"
        made[name].write_text(webpage(compared(directory, *statements)), encoding="utf-8")
    return made


def test_four_logs_stand_side_by_side(pages: dict[str, Path], show: Show) -> None:
    page = show(pages["example"])
    page.set_viewport_size({"width": 2000, "height": 1000})
    logs = page.locator("article.log")
    expect(logs.locator("h2")).to_have_text(
        ["statements", "write-ahead log", "row records", "triggers and an outbox"]
    )
    boxes = [box for log in logs.all() if (box := log.bounding_box())]
    assert len({box["y"] for box in boxes}) == 1
    assert [box["x"] for box in boxes] == sorted({box["x"] for box in boxes})
    page.set_viewport_size({"width": 500, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pointing_at_a_byte_marks_its_field(pages: dict[str, Path], show: Show) -> None:
    page = show(pages["example"])
    update = page.locator(".piece", has_text='update items where name = "tea": price = 62').first
    byte = update.locator(".dump .k-value").first
    byte.hover()
    expect(byte).to_have_class(re.compile("is-marked"))
    expect(update.locator(".fields .is-marked dt")).to_have_text("new price")
    expect(page.locator(".key output")).to_have_text("new price: 62")
    page.locator("h1").hover()
    expect(page.locator(".is-marked")).to_have_count(0)


def test_a_click_on_a_byte_opens_its_field(pages: dict[str, Path], show: Show) -> None:
    page = show(pages["example"])
    frame = page.locator(".piece", has_text="the commit: from now on the database has").first
    frame.locator(".dump .k-check").first.click()
    expect(frame.locator(".fields :focus dt")).to_have_text("salt 1")
    expect(frame.locator(".fields :focus")).to_be_visible()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_values_are_shown_and_never_run(hostile: str, pages: dict[str, Path], show: Show) -> None:
    page = show(pages["hostile"])
    expect(page.locator(".reading", has_text=told(hostile)).first).to_be_visible()
    assert page.title() == "One write in four logs"
    assert page.locator("img, iframe, object, embed, svg").count() == 0
