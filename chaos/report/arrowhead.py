"""The head of an arrow in a drawing; a polygon, since a page may refer to nothing, not even to a marker."""

from math import atan2, cos, sin
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]

LENGTH, TURN = 9.0, 0.4  # in units of the drawing; half of the angle at its tip, in radians


def arrowhead(tip: Point, whence: Point) -> str:
    """The points of an SVG polygon whose tip is at `tip`, of an arrow that comes from `whence`."""
    (x, y), angle = tip, atan2(tip[1] - whence[1], tip[0] - whence[0])
    sides = ((x - LENGTH * cos(angle + turn), y - LENGTH * sin(angle + turn)) for turn in (TURN, -TURN))
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in ((x, y), *sides))
