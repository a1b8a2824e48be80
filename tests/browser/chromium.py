"""A headless Chromium to look at pages with: Playwright's own, or one that is installed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
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


class Complaints(list[str]):
    """What a page complained of: errors in scripts, messages on the console, and anything it asked for."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        page.on("console", lambda message: self.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        if not url.startswith("file:"):
            self.append(f"request: {url}")
