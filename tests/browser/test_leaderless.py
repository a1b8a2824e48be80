"""The drawings of runs without a leader, in a real browser: they open, and lead to what they speak of."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from chaos.report.page import NAME
from tests.browser.conftest import Show
from tests.unit.report.runs import simulated

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    names = ("sloppy-quorum:before-handoff", "concurrent-writes:dotted-vectors")
    return dict(zip(names, simulated(tmp_path_factory.mktemp("runs"), *names), strict=True))


def test_a_request_leads_to_the_timeline_and_hints_are_paid(folders: dict[str, Path], show: Show) -> None:
    page = show(folders["sloppy-quorum:before-handoff"] / NAME)
    panel = page.locator("section.leaderless")
    expect(panel.locator("path")).to_have_count(5)
    expect(panel.locator(".debt").first).to_contain_text("handed home")
    panel.locator(".request button").first.click()
    expect(page.locator(".picked")).not_to_be_empty()


def test_siblings_are_framed(folders: dict[str, Path], show: Show) -> None:
    page = show(folders["concurrent-writes:dotted-vectors"] / NAME)
    assert page.locator(".lattice .sibling").count() > 1
    assert page.locator(".lattice .knew").count() > 1
    expect(page.locator("section.leaderless")).to_contain_text("nobody who wrote one knew of the others")
