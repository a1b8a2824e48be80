"""How smoothly does the live page run, in front of a cluster of nine under load?

    PYTHONPATH=. .venv/bin/python benchmarks/page.py [--nodes 9] [--seconds 10] [--requests 250]

A local cluster, its page in a headless Chromium, and a load of so many requests a second, half of them writes
(each write is a message to the leader and one to every follower). The browser counts the frames that it
draws: first beside an idle cluster, then under load, then with a copy of the page in nine more tabs.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from tests.browser.chromium import chromium

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/#\S+")
OTHER_TABS = 9
FRAMES = """(seconds) => new Promise((done) => {
    const begin = performance.now();
    let frames = 0, last = begin, longest = 0;
    const next = (now) => {
        frames += 1;
        longest = Math.max(longest, now - last);
        last = now;
        if (now - begin < seconds * 1000) requestAnimationFrame(next);
        else done([frames * 1000 / (now - begin), longest]);
    };
    requestAnimationFrame(next);
})"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--nodes", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--requests", type=int, default=250)
    options = parser.parse_args()
    with TemporaryDirectory(prefix="lab-") as folder, cluster(Path(folder), options.nodes) as lab:
        address = ADDRESS.search(lab.said)
        assert address, lab.said
        with chromium() as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(address[0])
            page.locator('[data-node="n1"].node').wait_for()
            told("idle", page, options.seconds)
            with lab.load(options.requests):
                told(f"{options.requests} requests/s", page, options.seconds)
                for _ in range(OTHER_TABS):
                    browser.new_page().goto(address[0])
                page.bring_to_front()
                told(f"the same, {OTHER_TABS + 1} tabs", page, options.seconds)


class Lab:
    """The command line with a state directory of its own; `said` is what `./lab up` printed."""

    def __init__(self, folder: Path, nodes: int) -> None:
        self._environment = {**os.environ, "LAB_STATE": str(folder / "state")}
        self.said = self.run("up", "--nodes", str(nodes))

    def run(self, *words: str) -> str:
        """One command to its end; what it printed."""
        done = subprocess.run(
            self._command(words), env=self._environment, stdout=subprocess.PIPE, text=True, check=True
        )
        return done.stdout

    @contextmanager
    def load(self, requests: int) -> Iterator[None]:
        """So many requests a second, half of them writes, while the block lasts."""
        words = self._command(("load", "--writes", str(requests / 2), "--reads", str(requests / 2)))
        with subprocess.Popen(words, env=self._environment, stdout=subprocess.PIPE, text=True) as running:
            assert running.stdout
            running.stdout.readline()  # what came of the first second
            try:
                yield
            finally:
                running.terminate()
                running.communicate()

    @staticmethod
    def _command(words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "chaos", *words]


@contextmanager
def cluster(folder: Path, nodes: int) -> Iterator[Lab]:
    """A local cluster while the block lasts."""
    lab = Lab(folder, nodes)
    try:
        yield lab
    finally:
        lab.run("down")


def told(when: str, page: Page, seconds: float) -> None:
    """Measure, and print one line."""
    per_s, longest_ms = page.evaluate(FRAMES, seconds)
    print(f"{when:>24}: {per_s:5.1f} frames/s, the longest took {longest_ms:4.0f} ms")


if __name__ == "__main__":
    main()
