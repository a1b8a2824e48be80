"""The table as a page: for each w and r how the share of stale reads falls with time, predicted and measured.

Drawn as SVG here, because nothing in it moves: the page runs no script at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from chaos.quorums.table import EDGES_MS, Bin, Row

LEFT, RIGHT, TOP, BOTTOM = 30.0, 196.0, 8.0, 92.0
STYLES = ("assets/page.css", "assets/quorums.css")


@dataclass(frozen=True)
class Dot:
    """A measured share, and what to say of it."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Chart:
    """One w and r: the polygon of what was predicted, the dots that were measured, and the bound's height."""

    row: Row
    band: str
    dots: tuple[Dot, ...]
    bound_y: float


def write_picture(rows: Sequence[Row], path: Path) -> None:
    """Write the page of all `rows` to `path`. Raises `OSError`."""
    from chaos.report.render import page  # here, because templates cost every start of the lab 50 ms

    sizes = {n: [chart(each) for each in some] for n, some in groupby(rows, key=lambda each: each.n)}
    frame = {"left": LEFT, "right": RIGHT, "top": TOP, "bottom": BOTTOM}
    text = page(
        "quorums.html",
        scripts=(),
        styles=STYLES,
        title="n, w and r: predicted and measured",
        sizes=sizes,
        frame=frame,
        ticks=[(x_of(ms), ms) for ms in (0, 20, 40)],
        heights=[(y_of(share), f"{share:.0%}") for share in (0.0, 0.5, 1.0)],
    )
    path.write_text(text, encoding="utf-8")


def chart(row: Row) -> Chart:
    """The places of everything that is drawn of one row."""
    upper = [(_middle(each), y_of(each.predicted.high)) for each in row.bins]
    lower = [(_middle(each), y_of(each.predicted.low)) for each in reversed(row.bins)]
    band = " ".join(f"{x:.1f},{y:.1f}" for x, y in (*upper, *lower))
    dots = tuple(Dot(_middle(each), y_of(each.measured), _said(each)) for each in row.bins)
    return Chart(row, band, dots, y_of(row.bound()))


def x_of(ms: float) -> float:
    """Where so many milliseconds lie."""
    return LEFT + (RIGHT - LEFT) * ms / EDGES_MS[-1]


def y_of(share: float) -> float:
    """How high a share (0 to 1) lies; small numbers are above."""
    return BOTTOM - (BOTTOM - TOP) * share


def _middle(each: Bin) -> float:
    return round(x_of((each.from_ms + each.to_ms) / 2), 1)


def _said(each: Bin) -> str:
    low, high = each.predicted
    when = f"{each.from_ms:g} to {each.to_ms:g} ms after the acknowledgement"
    return f"{when}: {each.measured:.1%} of {each.reads} reads stale; predicted {low:.1%} to {high:.1%}"
