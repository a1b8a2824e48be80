"""The index over all runs in a real browser: what was found, what survived, and where it leads."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from chaos.catalogue.discover import all_scenarios
from chaos.report.catalogue import write_index
from tests.browser.conftest import Show

pytestmark = pytest.mark.browser


def test_the_index_leads_to_the_reports(runs: dict[str, Path], show: Show) -> None:
    folder = runs["split-brain:lease"].parents[2]
    page = show(write_index(all_scenarios(), folder))
    row = page.locator("tr", has=page.get_by_role("link", name="split-brain", exact=True)).first
    expect(row.get_by_role("link", name="unfenced 1/1")).to_be_visible()
    expect(row.get_by_text("stonith: not run yet")).to_be_visible()
    expect(page.locator("#lost-writes code").first).to_have_text(
        "./lab run lost-writes:async --on sim --seed 5"
    )
    row.get_by_role("link", name="lease 1/1").click()
    expect(page.locator(".crumbs .name")).to_have_text("split-brain:lease")


def test_filters_leave_what_was_asked_for(runs: dict[str, Path], show: Show) -> None:
    page = show(write_index(all_scenarios(), runs["split-brain:lease"].parents[2]))
    rows = page.locator(".matrix .row")
    expect(rows.filter(visible=True)).to_have_count(len(all_scenarios()))
    page.get_by_label("Without a leader").check()
    expect(rows.filter(visible=True).first).to_contain_text("quorum")
    expect(page.locator("#split-brain")).to_be_hidden()
    page.get_by_label("all", exact=True).first.check()
    page.get_by_label("sim", exact=True).check()
    expect(rows.filter(visible=True).locator("th a")).to_have_text(
        ["lost-writes", "split-brain", "stale-reads"]
    )
    page.get_by_label("local", exact=True).check()
    expect(rows.filter(visible=True)).to_have_count(0)


@pytest.mark.parametrize("width", [320, 500, 800, 1280])
def test_nothing_breaks_in_mid_word(width: int, runs: dict[str, Path], show: Show) -> None:
    page = show(write_index(all_scenarios(), runs["split-brain:lease"].parents[2]))
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    broken = page.evaluate(
        """[...document.querySelectorAll(".index-page *")].filter((each) => {
            const { overflowWrap, wordBreak, hyphens } = getComputedStyle(each);
            return overflowWrap !== "normal" || wordBreak !== "normal" || hyphens === "auto";
        }).map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert broken == []
