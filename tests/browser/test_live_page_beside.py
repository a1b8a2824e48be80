"""Load, what was done by hand, and runs on the live page, without a cluster: the stream is played to it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from chaos.judging.suitable import rank
from chaos.page.application import ASSETS, SERVED
from chaos.page.drawn import picture
from chaos.page.runs import Runs
from chaos.report.page import NAME
from tests.browser.chromium import Complaints, Errors, fulfill
from tests.unit.page.seeing import follower, leader, seen

pytestmark = pytest.mark.browser

NEVER_MS = 3_600_000
HERE = "http://127.0.0.1:1/"
ALARM: dict[str, Any] = {
    "name": "stale-read",
    "title": "2 stale reads",
    "meaning": "a read shows a value that had been replaced",
    "count": 2,
    "proof": "Process 9 asked n2 and saw 1, although process 6 was told that x=2 is written.",
    "rank": rank("stale-read"),
    "operations": ["1.000–1.100 s, process 6 at g1: write x = 2, acknowledged by n1 (epoch 1, position 2)"],
}
CHECKS = [
    {"name": "stale-read", "found": True, "words": "stale-read: 2"},
    {"name": "split-brain", "found": False, "words": "no split-brain"},
    {"name": "failed-write-seen", "found": None, "words": "failed-write-seen: cannot tell yet"},
]
LOAD = {"number": 1, "state": "running", "words": "7 writes acknowledged", "keys": "load-1-x0 to x9"}
RUN = {"number": 1, "running": False, "state": "a:b is over: as expected", "report": "/report/1"}
LINES = ["  1.000 s ⚡ cut: n1", "  1.200 s · n2 promoted", "✓ a:b  shown"]
SCENARIOS = [
    {
        "id": "a",
        "title": "The first",
        "variants": [
            {"name": "b", "kind": "problem", "runtimes": ["local", "sim"]},
            {"name": "c", "kind": "remedy", "runtimes": ["sim"]},
        ],
    },
    {"id": "d", "title": "The second", "variants": [{"name": "e", "kind": "remedy", "runtimes": ["local"]}]},
]


class Played:
    """A page that was sent these events, and what it posted."""

    def __init__(self, page: Page, events: Mapping[str, Any]) -> None:
        self.page, self.posted = page, list[tuple[str, Any]]()
        self._events = events
        page.route("**/*", self._serve)
        page.goto(f"{HERE}#token")
        expect(page.locator(".node").first).to_be_visible()

    def _serve(self, route: Route) -> None:
        name = route.request.url.removeprefix(HERE)
        if name.startswith("stream"):
            body = "".join(
                f"event: {name}\ndata: {json.dumps(each)}\n\n" for name, each in self._events.items()
            )
            body = f"retry: {NEVER_MS}\n\n{body}"  # what was played once is not played again
            route.fulfill(status=200, content_type="text/event-stream", body=body)
        elif name == "scenarios":
            route.fulfill(json=SCENARIOS)
        elif route.request.method == "POST":
            self.posted.append((name, route.request.post_data_json))
            route.fulfill(json={"done": True, "text": "so it is"})
        else:
            fulfill(route, SERVED[name.removeprefix("assets/")] if name else ASSETS / "page.html")


@pytest.fixture
def played(browser: Browser) -> Iterator[Played]:
    """800 px wide and dark; in the end no script may have failed."""
    context = browser.new_context(viewport={"width": 800, "height": 900}, color_scheme="dark")
    page = context.new_page()
    errors = Errors(page)
    shown = msgspec.to_builtins(picture(seen(leader(), follower("n2"), follower("n3"))))
    rates = {"writes_per_s": 40, "reads_per_s": 60}
    events = {
        "picture": {"picture": shown, "values": {}},
        "load": {**LOAD, **rates, "checks": CHECKS, "alarms": [ALARM]},
        "deeds": {"words": ["0.000 s, for 4.250 s: n1 is cut off from n2"]},
        "run": {**RUN, "lines": LINES},
    }
    yield Played(page, events)
    context.close()
    assert errors == []


def test_a_banner_has_its_proof_and_goes_away_by_keyboard(played: Played) -> None:
    page, banner = played.page, played.page.locator(".banner")
    expect(banner).to_have_count(1)
    expect(banner.locator("h2")).to_have_text("2 stale reads")
    expect(banner).to_contain_text(ALARM["proof"])
    expect(banner.locator(".proof li")).to_have_text(ALARM["operations"])
    expect(page.get_by_role("alert")).to_contain_text("2 stale reads")
    expect(page.locator("#checks li")).to_have_text(
        ["✗ stale-read: 2", "✓ no split-brain", "… failed-write-seen: cannot tell yet"]
    )
    expect(page.locator("#writes-output")).to_have_text("40")
    assert page.evaluate("document.documentElement.scrollWidth") <= 800
    page.get_by_role("button", name="Dismiss stale-read").focus()
    page.keyboard.press("Enter")
    expect(banner).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "load-title"


def test_sliders_are_moved_by_keyboard_and_the_last_one_counts(played: Played) -> None:
    page = played.page
    expect(page.locator("#reads-output")).to_have_text("60")  # the load is told after the picture
    page.get_by_label("Writes a second").focus()
    with page.expect_response("**/load"):
        page.keyboard.press("Home")
    assert played.posted[-1] == ("load", {"writes_per_s": 0, "reads_per_s": 60})


def test_what_was_done_by_hand_is_listed_and_saved(played: Played) -> None:
    page = played.page
    expect(page.locator("#kept li")).to_have_text(["0.000 s, for 4.250 s: n1 is cut off from n2"])
    page.get_by_label("Name").fill("my-story")
    page.get_by_role("button", name="Save as scenario").click()
    expect(page.locator("#saved")).to_have_text("Done: so it is")
    assert played.posted == [("save", {"name": "my-story"})]


def test_a_run_is_chosen_and_started_and_its_story_unfolds(played: Played) -> None:
    page = played.page
    page.get_by_text("Run a scenario").click()
    expect(page.locator("#run-title")).to_have_text("The first")
    page.locator("#run-variant").select_option("c")
    expect(page.locator("#run-on option")).to_have_text(["sim"])
    page.locator("#run-scenario").select_option("d")
    expect(page.locator("#run-title")).to_have_text("The second")
    with page.expect_response("**/run"):
        page.locator("#run-start").click()
    assert played.posted == [("run", {"name": "d:e", "on": "local"})]
    expect(page.locator("#run-state")).to_have_text("a:b is over: as expected")
    expect(page.locator("#run-lines li")).to_have_text(LINES)
    expect(page.locator("#run-lines li.run-fault")).to_have_count(1)
    expect(page.get_by_role("link", name="Open its report")).to_have_attribute("href", "/report/1")
    page.locator("#run-stop").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#run-state")).to_have_text("No run is under way.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 800


def test_a_report_works_under_the_policy_with_which_it_is_served(
    browser: Browser, runs: dict[str, Path], tmp_path: Path
) -> None:
    served = Runs(lambda *_: None, tmp_path)  # type: ignore[arg-type]
    served._reports[1] = runs["split-brain:unfenced"] / NAME
    found = served.report(1)
    assert found
    text, policy = found
    page = browser.new_page()
    complaints = Complaints(page)
    headers = {"content-security-policy": policy, "content-type": "text/html"}
    page.route("**/*", lambda route: route.fulfill(body=text, headers=headers))
    page.goto(f"{HERE}report/1")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("svg").first).to_be_visible()
    page.close()
    assert list(complaints) == [f"request: {HERE}report/1"]  # nothing else is loaded, no script refused
