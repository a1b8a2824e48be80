"""How the live page draws clusters of every family and size, without one: the stream is played to it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

import msgspec
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from chaos.cluster import CUT
from chaos.cluster.links import all_links
from chaos.page.application import ASSETS, SERVED
from chaos.page.drawn import picture
from chaos.page.picture import Picture
from chaos.page.seen import Seen
from tests.browser.chromium import Errors, fulfill
from tests.unit.page.seeing import follower, leader, running, seen

pytestmark = pytest.mark.browser

HERE = "http://127.0.0.1:1/"
HELD = {f"n{number}": "7" for number in range(1, 10)}
Play: TypeAlias = Callable[[Picture], Page]
OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('.node .box')].map((box) => box.getBoundingClientRect());
  return boxes.some((a, i) => boxes.some((b, j) => i < j &&
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom));
}"""
CLIPPED = """() => [...document.querySelectorAll('.node .title, .node .below')].filter((text) => {
  const box = text.parentElement.querySelector('.box').getBoundingClientRect();
  return text.getBoundingClientRect().width > box.width;
}).map((text) => text.textContent)"""


@pytest.fixture
def play(browser: Browser) -> Iterator[Play]:
    """Shows a picture on a page of 800 px; in the end no script may have failed."""
    context = browser.new_context(viewport={"width": 800, "height": 900})
    errors: list[Errors] = []

    def played(shown: Picture) -> Page:
        page = context.new_page()
        errors.append(Errors(page))
        page.route("**/*", lambda route: _serve(route, shown))
        page.goto(HERE)
        expect(page.locator(".node").first).to_be_visible()
        return page

    yield played
    context.close()
    assert not any(errors), errors


def _serve(route: Route, shown: Picture | None) -> None:
    name = route.request.url.removeprefix(HERE)
    if name.startswith("stream"):
        document = {"picture": msgspec.to_builtins(shown), "values": {"x": HELD}}
        event = f"event: picture\ndata: {json.dumps(document)}\n\n"
        route.fulfill(status=200, content_type="text/event-stream", body=event)
        return
    fulfill(route, SERVED[name.removeprefix("assets/")] if name else ASSETS / "page.html")


def of_size(count: int, **settings: Any) -> Seen:
    """A cluster without a leader of so many replicas."""
    replicas = tuple(f"n{number}" for number in range(1, count + 1))
    homes = [running(name, "home", keys=12, hints=0, mark="0123456789ab") for name in replicas]
    found = seen(*homes, family="leaderless", n=3, w=2, r=2, **settings)
    links = [link for link in all_links(replicas, found.doors) if link.touchable]
    return replace(found, replicas=replicas, links=links)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 9])
def test_no_node_hides_another_and_nothing_is_wider_than_the_page(play: Play, count: int) -> None:
    page = play(picture(of_size(count)))
    expect(page.locator(".node")).to_have_count(count + 3)
    assert not page.evaluate(OVERLAPS)
    assert page.evaluate(CLIPPED) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 800


def test_what_a_paused_node_says_fits_into_its_box_and_the_rest_is_told(play: Play) -> None:
    page = play(picture(seen(leader(), {"node": "n2", "process": "paused"}, follower("n3"))))
    expect(page.locator('[data-node="n2"] .title')).to_have_text("paused")
    assert "…" not in (page.locator("#map").text_content() or "") and page.evaluate(CLIPPED) == []
    page.locator('[data-node="n2"].node').click()
    expect(page.locator("#chosen-text")).to_contain_text("paused: it stands still and does not know it")


def test_datacenters_are_places_and_everybody_stands_in_his_own(play: Play) -> None:
    places = [["n1", "n2", "g1"], ["n3", "g2"]]
    page = play(picture(of_size(3, datacenters=places)))
    assert not page.evaluate(OVERLAPS)
    expect(page.locator(".place")).to_have_count(2)
    frames = [frame.bounding_box() for frame in page.locator(".place rect").all()]
    for frame, names in zip(frames, places, strict=True):
        for name in names:
            box = page.locator(f'[data-node="{name}"] .box').bounding_box()
            assert frame and box
            assert frame["x"] <= box["x"] and box["x"] + box["width"] <= frame["x"] + frame["width"]
            assert frame["y"] <= box["y"] and box["y"] + box["height"] <= frame["y"] + frame["height"]


def test_several_leaders_and_a_device(play: Play) -> None:
    leaders = [
        running(name, "leader", origins={"n1": 1}, conflicts=1, siblings=2) for name in ("n1", "n2", "n3")
    ]
    about: dict[str, Any] = {"family": "multi-leader", "devices": ("phone",)}
    page = play(picture(seen(*leaders, running("phone", "device", origins={}), **about)))
    expect(page.locator('[data-node="phone"]')).to_have_class("node node-device kind-device")
    expect(page.locator('[data-node="n1"]')).to_contain_text("1 conflict")
    expect(page.locator('[data-node="n1"]')).to_contain_text("x = 7")
    expect(page.locator("#at option")).to_have_text(
        [
            "g1 (as a client)",
            "g2 (as a client)",
            "phone (as a client)",
            *(f"{n}’s own copy" for n in ("n1", "n2", "n3")),
        ]
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_struck_link_and_a_leader_are_told_apart_in_light_and_dark(play: Play, scheme: Any) -> None:
    page = play(picture(seen(leader(), follower("n2"), follower("n3"), states={"n1-n2": CUT})))
    page.emulate_media(color_scheme=scheme)
    colour = "e => getComputedStyle(e).{}"
    struck = page.locator('[data-link="n1-n2"] line').evaluate(colour.format("stroke"))
    whole = page.locator('[data-link="n2-n1"] line').evaluate(colour.format("stroke"))
    fills = [
        page.locator(f'[data-node="{name}"] .box').evaluate(colour.format("fill")) for name in ("n1", "n2")
    ]
    assert struck != whole and fills[0] != fills[1]
    label = page.locator('[data-wire="n1-n2"]').get_attribute("aria-label")
    assert label and "What n1 asks of n2 vanishes" in label


def test_before_the_cluster_is_seen_nothing_can_be_asked_of_it(browser: Browser) -> None:
    page = browser.new_page()
    page.route("**/*", lambda route: route.abort() if "stream" in route.request.url else _serve(route, None))
    page.goto(HERE)
    expect(page.locator("#told")).to_contain_text("The lab does not answer")
    for name in ("heal", "write", "read"):
        expect(page.locator(f"#{name}")).to_be_disabled()
    page.close()
