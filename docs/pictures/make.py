"""Make the pictures of the documentation again: every scenario's report, each part of one of them, and one
write in four logs.

    PYTHONPATH=. .venv/bin/python docs/pictures/make.py [SCENARIO…]

The runs are made in virtual time from one seed, so the pictures show the same story each time. (The picture
of a terminal is made from containers, by `watch.py`.) Needs Chromium and the packages of the tests
(`./lab test` installs them).
"""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.sync_api import Browser, Page

from chaos.catalogue.discover import all_scenarios, find_scenario
from chaos.catalogue.scenario import Scenario
from chaos.commands.comparing import compared
from chaos.logdiff.request import Request
from chaos.logdiff.webpage import webpage
from chaos.quorums.picture import write_picture
from chaos.quorums.table import row
from chaos.quorums.trial import Trial, measure
from chaos.recording.folder import RunFolder
from chaos.report.catalogue import write_index
from chaos.report.page import NAME, write_pages
from chaos.report.saved import read_again
from chaos.sessions.simulate import Simulation, save
from tests.browser.chromium import chromium

HERE = Path(__file__).resolve().parent
SEED = 5
WIDTH, HEIGHT = 1240, 1120
PARTS: Mapping[str, str] = {  # the parts of a report, and what to click before
    "timeline": ".told-found button",
    "moment": "[data-step='1']",
    "messages": "[data-do=in]",
    "charts": "[data-do=faults]",
    "contents": "[data-do=whole]",
}
SECTIONS: Mapping[str, tuple[str, str]] = {  # what only some reports have
    "order": ("quorum-limits", "write-during-read"),
    "leaderless": ("sloppy-quorum", "hinted-handoff"),
    "places": ("multi-datacenter", "multi-leader"),
    "leaders": ("write-conflict", "lww"),
}

DRAWN = """new Promise((done) => {  // drawings and what watches their sizes take a frame each
    const after = (frames) => (frames ? requestAnimationFrame(() => after(frames - 1)) : done());
    after(4);
})"""


def main() -> None:
    """Make the pictures of the scenarios that are named, or all there are."""
    chosen = [find_scenario(name) for name in sys.argv[1:]]
    four_logs = webpage(compared(Request(), SEED))
    with tempfile.TemporaryDirectory() as directory, chromium() as browser:
        runs = {
            (scenario.id, variant.name): made(scenario.id, variant.name, Path(directory))
            for scenario in chosen or all_scenarios()
            for variant in scenario.variants
        }
        for scenario in chosen or all_scenarios():
            picture(opened(browser, runs[scenario.id, told_first(scenario)] / NAME), scenario.id)
        if not chosen:
            parts(browser, runs["split-brain", "unfenced"])
            together = runs["split-brain", "unfenced"], runs["split-brain", "lease"]
            side_by_side(browser, together, Path(directory) / "together.html")
            picture(opened(browser, write_index(all_scenarios(), Path(directory))), "index")
            page = Path(directory) / "logdiff.html"
            page.write_text(four_logs, encoding="utf-8")
            picture(opened(browser, page, width=1500), "logdiff")
            for part, run in SECTIONS.items():
                section(browser, runs[run], part)
            quorums(browser, Path(directory) / "quorums.html")
    gallery()


def made(scenario: str, variant: str, out: Path) -> Path:
    """The folder of the variant's run, under `out`."""
    return save(Simulation(scenario, variant, SEED), out).folder


def told_first(scenario: Scenario) -> str:
    """Its first problem, or its first variant where it has none."""
    return sorted(scenario.variants, key=lambda variant: variant.kind != "problem")[0].name


def parts(browser: Browser, folder: Path) -> None:
    """Each part of a report by itself, after a click that shows what it can do."""
    for name, click in PARTS.items():
        page = opened(browser, folder / NAME)
        page.locator(click).first.click()
        page.evaluate(DRAWN)
        page.locator(f"section.{name}").screenshot(path=HERE / f"part-{name}.png")
        page.close()


def side_by_side(browser: Browser, folders: Sequence[Path], page: Path) -> None:
    """A problem and its remedy."""
    write_pages([read_again(RunFolder(folder)) for folder in folders], page)
    opened_page = opened(browser, page)
    opened_page.locator("section.axis").screenshot(path=HERE / "side-by-side.png")
    opened_page.close()


def section(browser: Browser, folder: Path, part: str) -> None:
    """What only reports of some runs show."""
    page = opened(browser, folder / NAME)
    page.locator(f"section.{part}").screenshot(path=HERE / f"part-{part}.png")
    page.close()


def quorums(browser: Browser, path: Path) -> None:
    """Some of the curves of `./lab quorum-table`, and their table."""
    some = [(3, 1, 1), (3, 1, 2), (3, 2, 1), (3, 2, 2)]
    write_picture(
        [row(*each, [measure(Trial(*each, seed, 2000)) for seed in (1, 2, 3)]) for each in some], path
    )
    page = opened(browser, path)
    page.locator("section.panel").first.screenshot(path=HERE / "quorum-table.png")
    page.close()


def gallery() -> None:
    """All pictures of scenarios, one below the other."""
    drawn = [scenario for scenario in all_scenarios() if (HERE / f"{scenario.id}.png").exists()]
    shown = (f"## {scenario.id}\n\n{scenario.title}.\n\n![]({scenario.id}.png)\n" for scenario in drawn)
    head = "# The report of each scenario\n\nMade by `make.py`; [what is to be seen](../reports.md).\n"
    (HERE / "README.md").write_text("\n".join((head, *shown)), encoding="utf-8")


def opened(browser: Browser, path: Path, width: int = WIDTH) -> Page:
    """The page, drawn; nothing in it glides."""
    page = browser.new_page(
        viewport={"width": width, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce"
    )
    page.goto(path.as_uri())
    page.evaluate(DRAWN)
    return page


def picture(page: Page, name: str) -> None:
    """What is in the window."""
    page.screenshot(path=HERE / f"{name}.png")
    sys.stdout.write(f"{name}.png\n")
    page.close()


if __name__ == "__main__":
    main()
