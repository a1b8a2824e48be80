"""A page as one file that opens anywhere, loads nothing and runs nothing but its own scripts.

Anything from a history may be hostile. Jinja escapes all of it in text; data for the scripts is in a block
that browsers do not run, without any character that could end the block. Should something slip through all
the same, the page's content security policy allows only the scripts and styles whose hashes it lists, and
allows nothing to be loaded.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from chaos.report.arrowhead import arrowhead
from chaos.report.outcomes import MEASURES
from chaos.report.words import counted

HERE = Path(__file__).resolve().parent
SCRIPTS = (
    "vendor/uPlot.iife.min.js",
    "assets/lab.js",
    "assets/colours.js",
    "assets/view.js",
    "assets/operations.js",
    "assets/exchanges.js",
    "assets/axis.js",
    "assets/lanes.js",
    "assets/bars.js",
    "assets/painter.js",
    "assets/timeline.js",
    "assets/messages.js",
    "assets/map.js",
    "assets/player.js",
    "assets/charts.js",
    "assets/story.js",
    "assets/together.js",
    "assets/start.js",
)
STYLES = (
    "vendor/uPlot.min.css",
    "assets/page.css",
    "assets/drawings.css",
    "assets/order.css",
    "assets/leaderless.css",
    "assets/leaders.css",
)
NONE = "'none'"


def page(
    template: str, *, scripts: Sequence[str] = SCRIPTS, styles: Sequence[str] = STYLES, **values: Any
) -> str:
    """The template with `values` in it, and with the scripts and styles that its policy allows."""
    code, looks = [asset(name) for name in scripts], [asset(name) for name in styles]
    return (
        _environment()
        .get_template(template)
        .render(
            policy=policy(code, looks),
            scripts=[Markup(text) for text in code],
            styles=[Markup(text) for text in looks],
            **values,
        )
    )


def policy(scripts: Sequence[str], styles: Sequence[str]) -> str:
    """The content security policy that allows only these scripts and styles, and loads nothing."""
    allowed = {"script-src": scripts, "style-src": styles}
    sources = (f"{kind} {' '.join(map(_hash, texts)) or NONE}" for kind, texts in allowed.items())
    return "; ".join(("default-src 'none'", *sources, "base-uri 'none'", "form-action 'none'"))


def embedded(document: Any) -> Markup:
    """`document` as JSON that may stand in a script block: none of `<>&'`."""
    return htmlsafe_json_dumps(document, separators=(",", ":"), default=str)


@cache
def asset(name: str) -> str:
    """One of our own files, or of those that came with them."""
    return (HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals["arrowhead"] = arrowhead
    return environment


def _seconds(ns: int) -> str:
    return f"{ns / 1e9:.3f}"


def plain(value: Any) -> str:
    """A setting or a number as people write it; of what is less than one its first digits."""
    if value is None or value == {}:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0") if abs(value) >= 1 else f"{value:.3g}"
    if isinstance(value, list | tuple) and value and all(isinstance(each, list | tuple) for each in value):
        return " | ".join(" ".join(map(plain, each)) for each in value)
    if isinstance(value, list | tuple):
        return ", ".join(map(plain, value)) or "none"
    return str(value)


def measure(name: str) -> str:
    """The name of a measure in the words used everywhere else on the page."""
    return MEASURES.get(name, name.replace("_", " "))


FILTERS: Mapping[str, Any] = {
    "seconds": _seconds,
    "plain": plain,
    "embedded": embedded,
    "measure": measure,
    "counted": counted,
}
