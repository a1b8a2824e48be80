"""Plots as SVG: elements as text, and the frame around them."""

from collections.abc import Iterable
from html import escape
from pathlib import Path


def element(tag: str, text: str = "", /, **attributes: object) -> str:
    """One element; `stroke_width=2` among its attributes is written `stroke-width="2"`."""
    listed = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<{tag}{listed}>{escape(text, quote=False)}</{tag}>" if text else f"<{tag}{listed}/>"


def curve(places: Iterable[tuple[float, float]], colour: str, width: float, **attributes: object) -> str:
    """A line through `places`."""
    points = " ".join(f"{x},{y}" for x, y in places)
    return element("polyline", points=points, fill="none", stroke=colour, stroke_width=width, **attributes)


def save(path: Path, width: int, height: int, parts: Iterable[str]) -> None:
    """Write a picture of that size, with `parts` on a white ground."""
    view = f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12"'
    ground = element("rect", width=width, height=height, fill="white")
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {view}>{ground}{"".join(parts)}</svg>\n'
    path.write_text(svg, encoding="utf-8")
