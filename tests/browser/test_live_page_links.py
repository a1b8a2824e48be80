"""Every link of the map can be chosen by mouse: measured along its visible length, point by point."""

import pytest

from chaos.page.drawn import picture
from tests.browser.test_live_page_drawn import Play, of_size, play  # noqa: F401
from tests.unit.page.seeing import follower, leader, seen

pytestmark = pytest.mark.browser

POINTS = 60
CHOSEN = """(points) => {
  const corners = document.querySelector("#map").getScreenCTM();
  const boxes = [...document.querySelectorAll(".node .box")].map((box) => box.getBoundingClientRect());
  const inside = (box, x, y) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
  const found = {};
  for (const wire of [...document.querySelectorAll(".wire")]) {
    const line = wire.querySelector(".hit");
    const [x1, y1, x2, y2] = ["x1", "y1", "x2", "y2"].map((name) => line[name].baseVal.value);
    const [a, b] = [new DOMPoint(x1, y1), new DOMPoint(x2, y2)].map((end) => end.matrixTransform(corners));
    const ends = boxes.filter((box) => [a, b].some((end) => inside(box, end.x, end.y)));
    let all = 0, own = 0;
    for (let at = 0; at <= points; at += 1) {
      const [x, y] = [a.x + ((b.x - a.x) * at) / points, a.y + ((b.y - a.y) * at) / points];
      if (ends.some((box) => inside(box, x, y))) continue;
      all += 1;
      const event = { bubbles: true, clientX: x, clientY: y };
      document.elementFromPoint(x, y)?.dispatchEvent(new MouseEvent("click", event));
      own += document.querySelector(".is-chosen")?.dataset.wire === wire.dataset.wire;
    }
    found[wire.dataset.wire] = [own, all];
  }
  return found;
}"""


@pytest.mark.parametrize("width", [800, 1280])
@pytest.mark.parametrize("count", [3, 5, 7, 8, 9])
def test_every_link_can_be_chosen_on_half_of_its_length(play: Play, count: int, width: int) -> None:  # noqa: F811
    of_three = seen(leader(), follower("n2"), follower("n3"))
    page = play(picture(of_three if count == 3 else of_size(count)))
    page.set_viewport_size({"width": width, "height": 1400})
    measured = page.evaluate(CHOSEN, POINTS)
    assert len(measured) > count
    hidden = {wire: found for wire, found in measured.items() if found[1] < 3 or 2 * found[0] < found[1]}
    assert hidden == {}, str(hidden)
