"""Several runs in one report: the same parts beside each other, and all timelines on one axis."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_report import state

pytestmark = pytest.mark.browser


def test_a_problem_and_its_remedy_side_by_side(together: Page) -> None:
    expect(together.locator("article.run")).to_have_count(2)
    expect(together.locator(".comparison thead th")).to_have_text(
        ["", "split-brain:unfenced", "split-brain:lease"]
    )
    first, second = (box for run in together.locator(".moment").all() if (box := run.bounding_box()))
    assert first["y"] == second["y"]
    assert first["x"] + first["width"] <= second["x"]
    together.locator(".told-fault button").nth(1).click()
    assert state(together, "run.view.picked.size") == 0


def test_runs_side_by_side_share_a_time_axis(together: Page) -> None:
    """Zero is the first fault of each; lanes lie below each other, and what moves one moves the other."""
    first, second = (box for run in together.locator(".timeline").all() if (box := run.bounding_box()))
    assert (first["x"], first["width"]) == (second["x"], second["width"])
    assert first["y"] + first["height"] <= second["y"]
    seen = """[...document.querySelectorAll("article.run")].map(({ lab: { view, drawing } }) =>
        [view.from, view.to, view.cursor].map((moment) => moment - drawing.bands[0].from))"""
    one, other = together.evaluate(seen)
    assert one == pytest.approx(other)
    together.locator(".told-found button").first.click()
    together.locator(".axis .scrub").fill("1000000")
    moved, other = together.evaluate(seen)
    assert moved == pytest.approx(other)
    assert moved[2] != one[2]
    together.locator(".axis [data-play]").click()
    further = """(at) => {
        const { view, drawing } = document.querySelectorAll("article.run")[1].lab;
        return view.cursor - drawing.bands[0].from > at;
    }"""
    together.wait_for_function(further, arg=moved[2] + 20_000)
    together.locator(".axis [data-play]").click()
    moved, other = together.evaluate(seen)
    assert moved == pytest.approx(other)
