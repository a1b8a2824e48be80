"""Make the picture of the live page again: a leader is cut off, and another one takes the next write.

    PYTHONPATH=. .venv/bin/python docs/pictures/live.py

It starts a cluster of its own and ends it. Needs Chromium and the packages of the tests.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, expect

from tests.browser.chromium import chromium
from tests.repository import ROOT

PICTURE = ROOT / "docs" / "pictures" / "live-page.png"
PATIENCE_MS = 30_000


def main() -> None:
    """Start, strike, look, end."""
    with TemporaryDirectory(prefix="lab-") as folder:  # a short name: it holds a unix socket
        environment = {**os.environ, "LAB_STATE": str(Path(folder) / "state")}

        def lab(*words: str) -> str:
            command = [sys.executable, "-m", "chaos", *words]
            return subprocess.check_output(command, env=environment, cwd=ROOT, text=True)

        address = re.findall(r"http://\S+#\S+", lab("up"))[0]
        try:
            with chromium() as browser:
                page = browser.new_page(viewport={"width": 1200, "height": 900})
                page.goto(address)
                act(page)
                page.screenshot(path=PICTURE, full_page=True)
        finally:
            lab("down")


def act(page: Page) -> None:
    """A write, a partition, another write."""
    write(page, "before")
    page.locator('[data-node="n1"].node').click()
    page.locator('#choices [data-what="isolate"]').click()
    expect(page.locator("#headline")).to_contain_text("each say that they lead", timeout=PATIENCE_MS)
    write(page, "after")
    expect(page.locator('[data-node="n2"].node')).to_contain_text("after", timeout=PATIENCE_MS)
    expect(page.locator("#told")).to_contain_text("Done", timeout=PATIENCE_MS)


def write(page: Page, value: str) -> None:
    """To the key x, at the first gateway."""
    page.locator("#value").fill(value)
    page.locator("#write").click()
    expect(page.locator("#answers li").first).to_contain_text("acknowledged", timeout=PATIENCE_MS)


if __name__ == "__main__":
    main()
