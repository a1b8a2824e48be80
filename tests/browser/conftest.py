"""One browser for all tests here, and the reports of real runs for it to look at."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from playwright.sync_api import Browser, Page, expect

from chaos.recording.folder import RunFolder
from chaos.report.page import NAME, write_pages
from chaos.report.saved import read_again
from tests.browser.chromium import Complaints, chromium
from tests.unit.report.runs import simulated

Show: TypeAlias = Callable[[Path], Page]

FRAMES = """new Promise((done) => {
    const next = (left) => (left ? requestAnimationFrame(() => next(left - 1)) : done());
    next(3);
})"""  # the drawings, then their charts at the size that these left, then nothing new

PATIENCE_MS = 60_000  # these tests get what others leave of the processors, which may be nothing for a while
expect.set_options(timeout=PATIENCE_MS)

RUNS = ("lost-writes:async", "split-brain:unfenced", "split-brain:lease", "stale-reads:any-replica")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a file of tests, no longer: while it is open, its loop counts as running in this thread."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folders of simulated runs, by their names; all lie under one directory of runs."""
    folders = simulated(tmp_path_factory.mktemp("runs"), *RUNS)
    return dict(zip(RUNS, folders, strict=True))


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """Opens a file in a page of its own, and waits until it is drawn.

    In the end nothing may have been complained of or asked for.
    """
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    complaints: list[Complaints] = []

    def opened(path: Path) -> Page:
        page = context.new_page()
        complaints.append(Complaints(page))
        page.goto(path.as_uri())
        page.evaluate(FRAMES)  # canvases are painted on the frame after the scripts have run
        return page

    yield opened
    context.close()
    assert not [complaint for some in complaints for complaint in some]


@pytest.fixture
def report(runs: dict[str, Path], show: Show) -> Page:
    """The report of a run with split brain."""
    return show(runs["split-brain:unfenced"] / NAME)


@pytest.fixture
def together(runs: dict[str, Path], show: Show, tmp_path: Path) -> Page:
    """A problem and its remedy side by side."""
    path = tmp_path / "together.html"
    names = ("split-brain:unfenced", "split-brain:lease")
    write_pages([read_again(RunFolder(runs[name])) for name in names], path)
    return show(path)
