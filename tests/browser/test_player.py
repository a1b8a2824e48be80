"""The map of a report plays like a film: on, still, faster, slower, from any moment, to the end."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_report import state

pytestmark = pytest.mark.browser

FURTHER = "(at) => document.querySelector('article.run').lab.view.cursor > at"


def test_time_goes_on_and_stands_still(report: Page) -> None:
    play = report.locator("[data-play]")
    before = state(report, "run.view.cursor")
    play.click()
    expect(play).to_have_text("‖ Pause")
    report.wait_for_function(FURTHER, arg=before + 20_000)
    play.click()
    expect(play).to_have_text("▶ Play")
    still = state(report, "run.view.cursor")
    report.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert state(report, "run.view.cursor") == still
    assert abs(int(report.locator(".scrub").input_value()) - still) <= 1000


def test_messages_fly_while_it_plays(report: Page) -> None:
    report.locator(".speed").select_option("0.01")
    state(report, "run.view.look(run.drawing.messages.sent.find((sent) => sent > 0))")
    report.locator("[data-play]").click()
    report.wait_for_function("() => document.querySelectorAll('.map .dot').length > 0")
    expect(report.locator(".caption .count")).to_contain_text("of")


def test_it_is_dragged_to_any_moment_and_ends_at_the_end(report: Page) -> None:
    end = state(report, "run.view.end")
    report.locator(".speed").select_option("0.05")  # so that it is not at its end again before one looks
    moment = end // 1000 * 1000 - 30_000
    report.locator(".scrub").fill(str(moment))
    assert state(report, "run.view.cursor") == moment
    report.locator("[data-play]").click()
    expect(report.locator("[data-play]")).to_have_text("▶ Play")
    assert state(report, "run.view.cursor") == end
    report.locator("[data-play]").click()  # begins anew
    report.wait_for_function("(end) => document.querySelector('article.run').lab.view.cursor < end", arg=end)


def test_keys_of_the_slider_are_its_own(report: Page) -> None:
    scrub = report.locator(".scrub")
    scrub.fill("1000000")
    scrub.press("ArrowRight")
    assert state(report, "run.view.cursor") == 1_001_000
