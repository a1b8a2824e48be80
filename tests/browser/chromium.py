"""A headless Chromium to look at pages with: Playwright's own, or one that is installed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, sync_playwright

from chaos.web.assets import KINDS

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
NETWORKS_CHANGED = "net::ERR_NETWORK_CHANGED"
MACS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


@cache
def lack() -> str:
    """Why there is no browser here; empty when there is one."""
    with sync_playwright() as playwright:
        if Path(playwright.chromium.executable_path).exists() or installed():
            return ""
    return "no Chromium is here; install it (Debian: apt install chromium, else: playwright install chromium)"


def installed() -> str | None:
    """A Chromium on the PATH, or a Mac's Chrome."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or (MACS if Path(MACS).exists() else None)


def fulfill(route: Route, path: Path) -> None:
    """Answer with what is in the file, as the lab's own server does."""
    route.fulfill(content_type=KINDS[path.suffix], body=path.read_text(encoding="utf-8"))


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser while the block lasts. Raises `playwright.sync_api.Error` when there is none."""
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path).exists()
        browser = playwright.chromium.launch(executable_path=None if own else installed())
        try:
            yield browser
        finally:
            browser.close()


class Errors(list[str]):
    """Errors in scripts, and messages on the console.

    But for what Chromium drops while it loads as containers come or go beside it: then a page loads again.
    """

    def __init__(self, page: Page) -> None:
        super().__init__()
        page.on("console", lambda message: self._noted(message.text))
        page.on("pageerror", lambda error: self.append(f"error: {error}"))

    def _noted(self, text: str) -> None:
        if NETWORKS_CHANGED not in text:
            self.append(f"console: {text}")


class Complaints(Errors):
    """What a page in a file complained of: errors, and anything it asked for."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        page.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        if not url.startswith("file:"):
            self.append(f"request: {url}")
