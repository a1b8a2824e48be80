"""Which lines of a piece are shown, and how they are cut into runs."""

import pytest

from chaos.logdiff.dump import Gap, Line, in_ascii, marks, runs, view
from chaos.logdiff.pieces import Field, Piece

PAGE = Piece("page", bytes(100), [Field(3, 4, "x", "1", "value")], [], changed=[(3, 5), (50, 51), (70, 90)])


@pytest.mark.parametrize("width", [4, 8, 16])
@pytest.mark.parametrize("most", [None, 0, 20, 1000])
def test_every_byte_is_in_a_line_or_in_a_gap(width: int, most: int | None) -> None:
    parts, shown = view(PAGE, width, most)
    assert sum(part.size if isinstance(part, Gap) else part.end - part.begin for part in parts) == 100
    assert shown == sum(part.end - part.begin for part in parts if isinstance(part, Line))


def test_without_a_bound_all_is_shown_and_with_one_only_news() -> None:
    assert not [part for part in view(PAGE, 8, None)[0] if isinstance(part, Gap)]
    parts, _ = view(PAGE, 8, 1000)
    assert parts == [
        *(Line(0, 8), Gap(40, True), Line(48, 56), Gap(8, True)),
        *(Line(64, 72), Line(72, 80), Line(80, 88), Line(88, 96), Gap(4, True)),
    ]


def test_what_exceeds_the_bound_is_counted() -> None:
    parts, shown = view(PAGE, 8, 16)
    assert shown == 16
    assert parts[-3:] == [Gap(8, True), Gap(32, False), Gap(4, True)]


def test_a_piece_without_a_page_before_it_is_all_news() -> None:
    piece = Piece("record", bytes(20), [], [])
    assert view(piece, 16, 100)[0] == [Line(0, 16), Line(16, 20)]
    assert view(piece, 16, 1)[0] == [Line(0, 16), Gap(4, False)]


def test_runs_end_where_a_field_or_the_news_does() -> None:
    owners, news = marks(PAGE)
    assert [tuple(run) for run in runs(Line(0, 8), owners, news)] == [
        (0, 3, None, False),
        (3, 5, 0, True),
        (5, 7, 0, False),
        (7, 8, None, False),
    ]


def test_what_cannot_be_printed_is_a_dot() -> None:
    assert in_ascii(b"a\0\x1b[\x7f\xff ~") == "a..[.. ~"
