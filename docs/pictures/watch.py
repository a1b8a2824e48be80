"""Make the picture of `docker compose logs -f` again: a scenario strikes the cluster that somebody watches.

    PYTHONPATH=. .venv/bin/python docs/pictures/watch.py [SCENARIO:VARIANT]

Every line is real: a cluster of containers is started, watched, struck and removed. Needs a container engine,
Chromium and the packages of the tests (`./lab test` installs them).
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from chaos.runtimes.compose_file import port_variables
from chaos.runtimes.docker_engine import compose, compose_command
from tests.browser.chromium import chromium

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
STORY = "lost-writes:async"
WIDTH = 1240
TINTS = ("#7aa2f7", "#9ece6a", "#7dcfff", "#bb9af7", "#73daca", "#c0a36e", "#b4b4c8")
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #16161e }}
pre {{ margin: 0; padding: 18px 20px; background: #16161e; color: #a9b1d6; font: 12.5px/1.55 monospace;
  white-space: pre-wrap; overflow-wrap: anywhere }}
pre div {{ padding-left: 10.5em; text-indent: -10.5em }}
.asked {{ color: #fff; padding: 0 0 6px; text-indent: 0 }}
.told {{ color: #ffc777; font-weight: bold }}
.notable {{ color: #f0f0ff }}
</style><pre>{lines}</pre>"""
LINE = re.compile(r"(?P<who>[\w-]+?)(?:-1)? +\| (?P<text>.*)")


def main() -> None:
    """Start, watch, strike, remove, draw."""
    struck = sys.argv[1] if len(sys.argv) > 1 else STORY
    draw(list(of_the_run(watched(struck), struck)), HERE / "logs.png")


def watched(struck: str) -> list[str]:
    """What `docker compose logs -f` printed while the variant ran."""
    environment = dict.fromkeys(port_variables(), "")
    try:
        compose("up", "--build", "--detach", "--wait", environment=environment)
        watching = subprocess.Popen(
            [*compose_command(), "--ansi", "never", "logs", "-f"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        subprocess.run([ROOT / "lab", "run", struck, "--on", "compose"], check=True)
        watching.terminate()
        return watching.communicate()[0].splitlines()
    finally:
        compose("down", "--volumes")


def of_the_run(lines: Sequence[str], struck: str) -> Iterator[str]:
    """The lines from the run's begin to its verdict, after the one that explains the marks."""
    yield next(line for line in lines if "tells what is done" in line)
    begun = False
    for line in lines:
        begun = begun or f">>> {struck} begins" in line
        if begun:
            yield line
        if f">>> {struck} is over" in line:
            return


def draw(lines: Sequence[str], picture: Path) -> None:
    """The lines as a terminal shows them."""
    tints: dict[str, str] = {}
    drawn = "".join(_drawn(line, tints) for line in lines)
    asked = '<div class="asked">$ docker compose logs -f</div>'
    with chromium() as browser:
        page = browser.new_page(viewport={"width": WIDTH, "height": 100}, device_scale_factor=1.5)
        page.set_content(PAGE.format(lines=asked + drawn))
        page.locator("pre").screenshot(path=picture)


def _drawn(line: str, tints: dict[str, str]) -> str:
    found = LINE.fullmatch(line)
    if found is None:
        return ""
    who, text = found["who"], found["text"]
    tint = tints.setdefault(who, TINTS[len(tints) % len(TINTS)])
    kind = "told" if ">>>" in text else "notable" if "<<<" in text else ""
    name = f'<span style="color: {tint}">{escape(who):<10} | </span>'
    return f'<div>{name}<span class="{kind}">{escape(text)}</span></div>'


if __name__ == "__main__":
    main()
