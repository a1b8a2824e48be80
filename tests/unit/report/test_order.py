"""Why no order exists, as it is drawn: dots within their bars, in their order, and a stop that has none."""

from dataclasses import replace
from pathlib import Path

import pytest

from chaos.checkers import run_checker
from chaos.history import History
from chaos.report.orders import OrderDrawing, order_drawing
from chaos.report.page import NAME, write_pages
from chaos.report.saved import Saved
from tests.unit.checkers.test_known_histories import load
from tests.unit.report.runs import by_hand

NAMES = (
    *("absent-after-write", "deleted-value", "new-value-vanishes", "old-value-returns", "text-out-of-order"),
    *("two-compare-and-sets-win", "value-before-its-write", "value-from-nowhere", "value-of-a-failed-write"),
    "write-in-doubt-comes-and-goes",
)


def judged(history: History, path: Path) -> Saved:
    """A run with this history, and what the checker says of it."""
    saved = by_hand(path)
    findings = (run_checker("linearizable", history),)
    return replace(saved, history=history, verdict=replace(saved.verdict, anomalies=findings))


def drawn(name: str, path: Path) -> OrderDrawing:
    drawing = order_drawing(judged(load(f"linearizable/{name}"), path))
    assert drawing is not None
    assert not drawing.doubt
    return drawing


@pytest.mark.parametrize("name", NAMES)
def test_dots_lie_in_their_bars_in_the_order(name: str, tmp_path: Path) -> None:
    drawing = drawn(f"found-{name}", tmp_path)
    placed = sorted((bar for bar in drawing.bars if bar.place), key=lambda bar: bar.place or 0)
    for bar in placed:
        assert bar.at is not None
        assert bar.x < bar.at < bar.x + bar.width
    dots = [bar.at or 0 for bar in placed]
    assert dots == sorted(set(dots))
    (stop,) = (bar for bar in drawing.bars if bar.state == "stop")
    assert stop.at is None
    assert drawing.because[0].startswith("Every order ends here")


def test_the_words_name_what_contradicts_what(tmp_path: Path) -> None:
    drawing = drawn("found-old-value-returns", tmp_path)
    (stop,) = (bar for bar in drawing.bars if bar.state == "stop")
    against = [bar.text for bar in drawing.bars if bar.is_against]
    value = stop.text.removeprefix("read ")
    assert f"write {value}" in against
    assert any(text.startswith("write") and text != f"write {value}" for text in against)
    assert f"{value} was there earlier" in drawing.because[2]


def test_a_value_that_nobody_wrote(tmp_path: Path) -> None:
    because = " ".join(drawn("found-value-from-nowhere", tmp_path).because)
    assert "nobody had asked to write" in because


def test_nothing_is_drawn_where_an_order_exists_or_nobody_asked(tmp_path: Path) -> None:
    assert order_drawing(judged(load("linearizable/not-found-concurrent-reads"), tmp_path)) is None


def test_the_page_has_it(tmp_path: Path) -> None:
    saved = judged(load("linearizable/found-old-value-returns"), tmp_path)
    write_pages([saved], tmp_path / NAME)
    text = (tmp_path / NAME).read_text()
    assert "Why no order of the operations on x exists" in text
    assert "fits nowhere" in text


def test_what_is_no_register_has_no_such_picture(tmp_path: Path) -> None:
    """A finding may speak of a set; that no order of it was looked for is no news."""
    history = load("linearizable/not-found-beside-a-set")
    saved = judged(load("linearizable/found-old-value-returns"), tmp_path)
    (finding,) = saved.verdict.anomalies
    of_a_set = replace(finding, witnesses=(replace(finding.witnesses[0], ops=(0, 1)),))
    accused = replace(saved.verdict, anomalies=(of_a_set,))
    assert order_drawing(replace(saved, history=history, verdict=accused)) is None
