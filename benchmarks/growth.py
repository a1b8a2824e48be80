"""A plot of how cost grows, as SVG: both axes logarithmic, with the line of n log n beside each curve."""

from collections.abc import Mapping, Sequence
from math import log, log10
from pathlib import Path

from benchmarks.svg import curve, element, save

WIDTH, HEIGHT, MARGIN = 640, 420, 60
COLOURS = ("#1b6ca8", "#b5541c", "#2d7d46", "#7a3b8f", "#8a6d00", "#a3150f", "#3d3d3d", "#0b7a75")

Curves = Mapping[str, Sequence[tuple[int, float]]]


def draw(curves: Curves, path: Path) -> None:
    """Write the plot of each name's points: operations, and seconds."""
    points = [point for costs in curves.values() for point in costs]
    axes = _Axes(
        (min(n for n, _ in points), max(n for n, _ in points)),
        (10 ** (int(log10(min(s for _, s in points))) - 1), 10.0),
    )
    save(path, WIDTH, HEIGHT, [*axes.grid(), *_curves(curves, axes)])


class _Axes:
    def __init__(self, operations: tuple[float, float], seconds: tuple[float, float]) -> None:
        self.operations, self.seconds = operations, seconds

    def place(self, operations: float, seconds: float) -> tuple[float, float]:
        x = _share(operations, self.operations) * (WIDTH - 4 * MARGIN) + MARGIN
        return round(x, 1), round(HEIGHT - MARGIN - _share(seconds, self.seconds) * (HEIGHT - 2 * MARGIN), 1)

    def grid(self) -> list[str]:
        """A line for each power of ten."""
        lines = []
        for power in range(round(log10(self.operations[0])), round(log10(self.operations[1])) + 1):
            x, bottom = self.place(10**power, self.seconds[0])
            lines.append(_line(x, bottom, x, MARGIN))
            lines.append(_text(x - 14, bottom + 18, f"10^{power}"))
        for power in range(round(log10(self.seconds[0])), round(log10(self.seconds[1])) + 1):
            x, y = self.place(self.operations[0], 10.0**power)
            lines.append(_line(x, y, WIDTH - 3 * MARGIN, y))
            lines.append(_text(6, y + 4, f"{10.0**power:g} s"))
        lines.append(_text(MARGIN, HEIGHT - 12, "operations; dotted: n log n through the first point"))
        return lines


def _curves(curves: Curves, axes: _Axes) -> list[str]:
    parts = []
    for number, (name, costs) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        (first, cost), *_ = costs
        ideal = [(n, cost * n * log(n) / (first * log(first))) for n, _ in costs]
        parts.append(curve([axes.place(*point) for point in costs], colour, 1.5))
        parts.append(curve([axes.place(*point) for point in ideal], colour, 1.5, stroke_dasharray="2 4"))
        label = MARGIN + 16 * number
        parts.append(_text(WIDTH - 3 * MARGIN + 12, label, name, colour))
    return parts


def _share(value: float, ends: tuple[float, float]) -> float:
    return log(value / ends[0]) / log(ends[1] / ends[0])


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke="#ddd")


def _text(x: float, y: float, text: str, colour: str = "#333") -> str:
    return element("text", text, x=x, y=y, fill=colour)
