"""The report in a real browser: it opens without complaint, and everything in it can be used."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chaos.history import History
from chaos.report.page import NAME, write_pages
from tests.browser.conftest import RUNS, Show
from tests.unit.report.runs import by_hand

pytestmark = pytest.mark.browser

HOSTILE = (
    "</script><img src=x onerror=\"document.title='owned'\">",
    "<svg onload=\"document.title='owned'\">",
    "';document.title='owned';//",
    '"><script>document.title="owned"</script>',
    "{{ 7 * 7 }}<!--",
)


def state(page: Page, expression: str) -> Any:
    """What `expression` says of the first run in the page, which is `run` in it."""
    return page.evaluate(
        f"(() => {{ const run = document.querySelector('article.run').lab; return {expression} }})()"
    )


def span(page: Page) -> tuple[float, float]:
    """What of the run is in sight, in microseconds."""
    begin, end = state(page, "[run.view.from, run.view.to]")
    return begin, end


def has_colours(page: Page, canvas: str) -> bool:
    """True when something is drawn there."""
    return bool(
        page.evaluate(
            """(name) => {
                const canvas = document.querySelector(name);
                const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
                return new Set(new Uint32Array(data.buffer)).size > 5;
            }""",
            canvas,
        )
    )


@pytest.mark.parametrize("name", RUNS)
def test_every_report_opens_and_draws(name: str, runs: dict[str, Path], show: Show) -> None:
    page = show(runs[name] / NAME)
    expect(page.locator(".crumbs .name")).to_have_text(name)
    expect(page.locator(".verdict b")).to_have_text("As expected:")
    expect(page.locator(".uplot")).to_have_count(3)
    assert has_colours(page, "canvas.lanes")
    assert has_colours(page, "canvas.arrows")


def test_there_is_a_lane_for_each_node_and_process_and_a_band_for_each_fault(report: Page) -> None:
    rows = state(report, "run.timeline.layout.rows.map((row) => [row.kind, row.label])")
    assert {"n1", "n2", "n3", "controller"} <= {label for kind, label in rows if kind == "node"}
    processes = state(
        report, "new Set(run.drawing.operations.process.filter((_, p) => !run.operations.finals.has(p))).size"
    )
    assert sum(kind == "client" for kind, _ in rows) == processes
    bands = state(report, "run.drawing.bands.map((band) => band.effect)")
    assert bands == ["cut"]
    assert state(report, "run.drawing.lives.n1[0][1]") == "leader"


def test_writes_have_the_colour_of_who_acknowledged_them(report: Page) -> None:
    told = state(
        report,
        """run.drawing.operations.index.map((_, place) => [
            run.operations.outcome(place), run.operations.word("f", place),
            run.operations.word("node", place), run.timeline.painter.bars.colourOf(place)])""",
    )
    colours = {(node, colour) for outcome, f, node, colour in told if (outcome, f) == ("ok", "write")}
    assert len(colours) == len({node for node, _ in colours}) == len({colour for _, colour in colours}) == 2
    assert {colour for _, colour in colours} == {
        state(report, f"run.timeline.painter.whose.of('{node}', {epoch})")
        for node, epoch in (("n1", 1), (next(node for node, _ in colours if node != "n1"), 2))
    }
    expect(report.locator(".legend .by")).to_have_count(2)


def test_whose_lease_has_run_out_does_not_lead(runs: dict[str, Path], show: Show) -> None:
    page = show(runs["split-brain:lease"] / NAME)
    state(page, "run.view.look(run.drawing.lives.n1.find(([, state]) => state === 'unleased')[0] + 1000)")
    expect(page.locator("[data-node=n1]")).to_contain_text("no lease")
    expect(page.locator(".legend")).to_contain_text("leader without a lease")


def test_at_first_faults_and_witnesses_are_in_sight(report: Page) -> None:
    begin, end = span(report)
    fault = state(report, "run.drawing.bands[0]")
    assert begin < fault["from"] < fault["to"] < end


def test_zooming_and_moving_by_buttons_keys_wheel_and_pointer(report: Page) -> None:
    whole = span(report)
    report.click("[data-do=in]")
    closer = span(report)
    assert closer[1] - closer[0] < whole[1] - whole[0]
    lanes = report.locator("canvas.lanes")
    lanes.focus()
    report.keyboard.press("ArrowRight")
    moved = span(report)
    assert moved[0] > closer[0]
    report.keyboard.press("Minus")
    assert span(report)[1] - span(report)[0] > closer[1] - closer[0]
    lanes.scroll_into_view_if_needed()
    box = lanes.bounding_box()
    assert box
    report.mouse.move(box["x"] + 600, box["y"] + 150)
    report.keyboard.down("Control")
    before = span(report)
    report.mouse.wheel(0, -200)
    report.wait_for_function(
        """([from, to]) => {
            const { view } = document.querySelector("article.run").lab;
            return view.to - view.from < to - from;
        }""",
        arg=before,
    )
    report.keyboard.up("Control")
    before = span(report)
    report.mouse.down()
    report.mouse.move(box["x"] + 400, box["y"] + 150, steps=4)
    report.mouse.up()
    assert span(report)[0] > before[0]
    report.click("[data-do=whole]")
    assert span(report)[0] <= 0


def test_the_charts_follow_the_timeline(report: Page) -> None:
    report.click("[data-do=witnesses]")
    report.wait_for_function(
        """() => {
            const { view, charts } = document.querySelector("article.run").lab;
            return charts.plots.every((plot) => Math.abs(plot.scales.x.min * 1e6 - view.from) < 2);
        }"""
    )


def test_a_line_of_the_story_leads_to_its_operations(report: Page) -> None:
    line = report.locator(".told-found button").first
    events = [int(index) for index in (line.get_attribute("data-ops") or "").split()]
    line.click()
    picked = state(report, "[...run.view.picked]")
    assert picked == state(report, f"run.operations.ofEvents({events})")
    assert len(picked) >= 2
    begin, end = span(report)
    times = state(report, "[...run.view.picked].map((place) => run.operations.begin(place))")
    assert all(begin <= moment <= end for moment in times)
    expect(report.locator(".picked li").first).to_contain_text("Process")
    expect(report.locator("canvas.lanes")).to_be_in_viewport()


def test_a_click_on_a_bar_tells_its_story(report: Page) -> None:
    report.click("[data-do=witnesses]")
    place = state(report, "[...run.timeline.witnesses].find((p) => !run.operations.finals.has(p))")
    x, y = state(
        report,
        f"[run.timeline.painter.x(run.operations.begin({place})) + 1, run.timeline.rowOf({place}).top + 2]",
    )
    report.locator("canvas.lanes").click(position={"x": x, "y": y})
    assert state(report, "[...run.view.picked]") == [place]
    expect(report.locator(".picked")).to_contain_text("acknowledged by")


def test_stepping_shows_the_links_as_they_were(report: Page) -> None:
    expect(report.locator(".wire-cut")).to_have_count(11)
    count = report.locator(".caption .count")
    expect(count).to_have_text(re.compile(r"Step \d+ of \d+"))
    before = count.text_content()
    report.click("[data-step='1']")
    expect(count).not_to_have_text(before or "")
    report.click("[data-step='-1']")
    expect(count).to_have_text(before or "")
    for _ in range(20):
        report.locator(".moment").press("ArrowRight")
    expect(report.locator(".caption .state")).to_have_text("No fault is in force.")
    expect(report.locator(".wire-cut")).to_have_count(0)
    for _ in range(20):
        report.locator(".moment").press("ArrowLeft")
    expect(count).to_have_text(re.compile("Step 1 of"))
    report.locator(".moment").press("ArrowRight")
    expect(report.locator(".wire-cut")).to_have_count(11)
    expect(report.locator("[data-node=n1]")).to_contain_text("leader, epoch 1")


def test_two_leaders_are_on_the_map_at_once(report: Page) -> None:
    at = state(report, "run.drawing.bands[0].to - 1000")
    state(report, f"run.view.look({at})")
    expect(report.locator(".node-leader")).to_have_count(2)


def test_messages_can_be_chosen(report: Page) -> None:
    note = report.locator(".messages .note")
    expect(note).to_contain_text("exchanges in sight")
    before = note.text_content()
    report.get_by_label("replication").uncheck()
    expect(note).not_to_have_text(before or "")


def test_messages_stand_under_the_times_of_the_timeline(report: Page) -> None:
    note = report.locator(".messages .note")
    expect(note).to_contain_text("the flatter a line, the longer its message took")
    painted = """(name) => {
        const canvas = document.querySelector(name), pen = canvas.getContext("2d");
        const [left, height] = [90 * devicePixelRatio, 18 * devicePixelRatio];
        const { data } = pen.getImageData(left, 0, canvas.width - left, height);
        return data.some((value, at) => at % 4 === 3 && value > 0);
    }"""
    for canvas in ("canvas.lanes", "canvas.arrows"):
        assert report.evaluate(painted, canvas), canvas


def test_pointing_at_a_message_tells_what_it_is(report: Page) -> None:
    place = state(report, "run.drawing.messages.arrived.findIndex((arrived) => arrived < 0)")
    sent = state(report, f"run.drawing.messages.sent[{place}]")
    state(report, f"run.view.show({sent} - 20000, {sent} + 20000)")
    x, y = state(
        report,
        f"""(() => {{
            run.messages.draw();
            const [from, to] = ["from", "to"].map((end) => run.messages.y(run.exchanges.word(end, {place})));
            return [run.messages.x({sent}), from + (to - from) / 4];
        }})()""",
    )
    report.locator("canvas.arrows").hover(position={"x": x, "y": y})
    expect(report.locator(".messages .tip")).to_contain_text("never arrived")


def test_an_answer_that_was_lost_is_not_drawn_as_one_that_came_back(show: Show, tmp_path: Path) -> None:
    asked = {"time": 0, "from": "n1", "to": "n2", "kind": "append", "entries": 1, "arrived": 1_000_000}
    messages = [
        {**asked, "answered": 2_000_000, "ended": 3_000_000, "outcome": "ok"},
        {**asked, "answered": 2_000_000, "ended": 3_000_000, "outcome": "connection-lost"},  # n2 says so
        {**asked, "answered": 2_000_000, "ended": 400_000_000, "outcome": "timed-out"},
        {**asked, "answered": 500_000_000, "ended": 400_000_000, "outcome": "timed-out"},
        {**asked, "answered": None, "ended": 400_000_000, "outcome": "timed-out"},
    ]
    write_pages([replace(by_hand(tmp_path), messages=messages)], tmp_path / NAME)
    page = show(tmp_path / NAME)
    lost = state(page, "[0, 1, 2, 3, 4].map((place) => run.exchanges.isLost(place))")
    assert lost == [False, False, True, True, True]


def test_a_click_beyond_the_end_looks_at_the_end(report: Page) -> None:
    report.click("[data-do=whole]")
    box = report.locator("canvas.arrows").bounding_box()
    assert box
    report.locator("canvas.arrows").click(position={"x": box["width"] - 1, "y": 5})
    assert state(report, "run.view.cursor === run.view.end")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_are_shown_and_never_run(hostile: str, show: Show, tmp_path: Path) -> None:
    saved = by_hand(tmp_path, key=hostile, node=hostile, value=hostile)
    write_pages([saved], tmp_path / NAME)
    page = show(tmp_path / NAME)
    for line in page.locator(".told button").all():
        line.click()
    page.click("[data-step='1']")
    expect(page.locator(".contents tbody th").first).to_have_text(hostile)
    expect(
        page.locator(f".map [data-node={state(page, 'JSON.stringify(run.drawing.replicas.at(-1))')}]")
    ).to_have_count(1)
    assert page.title() == "lost-writes:async"
    assert page.locator("img, iframe, object, embed, svg[onload]").count() == 0


def test_in_the_dark_other_colours_are_drawn(report: Page) -> None:
    before = state(report, "run.timeline.painter.colours.ink")
    report.emulate_media(color_scheme="dark")
    report.wait_for_function(
        "(ink) => document.querySelector('article.run').lab.timeline.painter.colours.ink !== ink", arg=before
    )


def test_an_empty_run_says_so(show: Show, tmp_path: Path) -> None:
    saved = by_hand(tmp_path, events=())
    nothing = replace(saved, history=History.of([]), verdict=replace(saved.verdict, anomalies=()))
    write_pages([nothing], tmp_path / NAME)
    page = show(tmp_path / NAME)
    expect(page.locator(".chart .empty")).to_have_count(3)
    expect(page.locator(".contents .empty")).to_contain_text("Nobody was read")
