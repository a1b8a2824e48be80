"""The drawings of several leaders, in a real browser: they open, and lead to what they speak of."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from chaos.report.page import NAME
from tests.browser.conftest import Show
from tests.unit.report.runs import simulated

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    (folder,) = simulated(tmp_path_factory.mktemp("runs"), "write-conflict:lww")
    return folder


def test_a_version_and_a_write_lead_to_the_timeline(folder: Path, show: Show) -> None:
    page = show(folder / NAME)
    expect(page.locator("section.places rect.place")).to_have_count(3)
    expect(page.locator(".branches .version.lost").first).to_be_visible()
    page.locator(".versions button").first.click()
    expect(page.locator(".picked")).to_contain_text("write")
    page.locator("section.leaders .hint button").first.click()
    expect(page.locator(".picked")).not_to_be_empty()


def test_on_a_narrow_window_only_the_drawings_scroll(folder: Path, show: Show) -> None:
    page = show(folder / NAME)
    page.set_viewport_size({"width": 800, "height": 900})
    page.wait_for_function("() => document.documentElement.scrollWidth <= 800")  # charts follow a frame later
