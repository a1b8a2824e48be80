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
