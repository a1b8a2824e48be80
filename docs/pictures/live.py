"""Make the picture of the live page again: a leader is cut off with a gateway, and a split brain is proven.

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

        address = re.findall(r"http://\S+#\S+", lab("up", "--replication", "async"))[0]
        try:
            with chromium() as browser:
                page = browser.new_page(viewport={"width": 1200, "height": 900})
                page.goto(address)
                act(page)
                page.screenshot(path=PICTURE, full_page=True)
        finally:
            lab("down")


def act(page: Page) -> None:
    """A load, and a partition with clients on both sides."""
    page.locator("#writes-per-s").fill("20")
    page.locator("#reads-per-s").fill("20")
    expect(page.locator("#load-words")).to_contain_text("writes acknowledged", timeout=PATIENCE_MS)
    page.locator('[data-node="n1"].node').click()
    page.locator('#choices [data-what="partition"]').first.click()
    banner = page.locator('[data-anomaly="split-brain"]')
    expect(banner).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#headline")).to_contain_text("each say that they lead", timeout=PATIENCE_MS)


if __name__ == "__main__":
    main()
