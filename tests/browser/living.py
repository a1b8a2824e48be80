"""The live page in a browser, in front of a real cluster, and what a person does there."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import Errors
from tests.repository import ROOT

STARTS_S, SHOWS_MS = 120, 60_000
REPLACED_MS = "3000"  # for so long a leader must be silent here: a busy machine must replace nobody
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/#\S+")


class Lab:
    """The command line, with a state directory of its own in `folder`, and `more` in its environment."""

    def __init__(self, folder: Path, more: Mapping[str, str]) -> None:
        self._environment = {**os.environ, "LAB_STATE": str(folder / "state"), **more}
        self.address = ""

    def start(self, *words: str) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "chaos", *words]
        return subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=subprocess.PIPE, text=True)

    def __call__(self, *words: str) -> str:
        with self.start(*words) as process:
            said = process.communicate(timeout=STARTS_S)[0]
        assert process.returncode == 0, said
        return said

    def status(self) -> Mapping[str, Any]:
        found: dict[str, Any] = json.loads(self("status", "--json"))
        return found

    @contextmanager
    def up(self, *words: str) -> Iterator["Lab"]:
        """With a cluster, and the page in front of it, which must end when it is told to."""
        self("up", "--detection-timeout-ms", REPLACED_MS, *words)
        try:
            with self.start("page", "--port", "0") as serving:
                assert serving.stdout
                try:
                    self.address = next(
                        found[0] for line in serving.stdout if (found := ADDRESS.search(line))
                    )
                    yield self
                finally:
                    serving.send_signal(signal.SIGINT)
                assert serving.wait(STARTS_S) == 130
        finally:
            self("down")


@contextmanager
def without_engine() -> Iterator[Lab]:
    """The command line with no container engine in sight, in a folder of its own."""
    with TemporaryDirectory(prefix="lab-") as folder:  # a short name: it holds a unix socket
        yield Lab(Path(folder), {"DOCKER_HOST": f"unix://{folder}/no-engine"})


def leader(lab: Lab) -> str:
    """Whoever says that it leads, once somebody does: a node that stands still for a moment says nothing."""
    while True:
        for node in lab.status()["nodes"]:
            if node.get("role") == "leader":
                return str(node["node"])


class Live:
    """The page in a browser, and what a person does there."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1280, "height": 900})
        self.page.set_default_timeout(SHOWS_MS)
        self.errors = Errors(self.page)
        self.page.goto(address)
        expect(self.node("n1")).to_be_visible(timeout=SHOWS_MS)

    def node(self, name: str) -> Locator:
        return self.page.locator(f'[data-node="{name}"].node')

    def choose(self, kind: str, name: str) -> None:
        """By its middle, where no other line crosses it in the way."""
        self.page.locator(f'[data-{kind}="{name}"]').dispatch_event("click")

    def do(self, what: str) -> None:
        """Press that button once it is not grey any more, and wait until the lab has done it."""
        button = self.page.locator(f'#choices [data-what="{what}"]').first
        expect(button).not_to_have_attribute("aria-disabled", "true", timeout=SHOWS_MS)
        with self.page.expect_response("**/order") as answer:
            button.click()
        assert answer.value.json()["done"], answer.value.text()

    def is_refused(self, button: str, why: str) -> None:
        """It is grey, and says why when it is pressed all the same."""
        expect(self.page.locator(button)).to_have_attribute("aria-disabled", "true", timeout=SHOWS_MS)
        self.page.locator(button).focus()
        self.page.keyboard.press("Enter")
        self.says("#told", why)

    def cut_a_link(self, lab: Lab) -> None:
        self.choose("wire", "n2-n3")
        self.do("cut")
        links = lab.status()["links"]
        assert {link["link"] for link in links} == {"n2-n3", "n3-n2"}
        assert all(link["cut_requests"] and link["cut_replies"] for link in links)
        cut = re.compile("way-cut")
        expect(self.page.locator('[data-link="n2-n3"]')).to_have_class(cut, timeout=SHOWS_MS)
        self.says("#wrong", "2 links are not healthy")

    def kill_the_leader(self, lab: Lab) -> str:
        """Whoever led; another one of n1, n2 and n3 is seen to lead now."""
        old = leader(lab)
        self.choose("node", old)
        self.do("kill")
        expect(self.node(old)).to_have_class(re.compile("node-dead"), timeout=SHOWS_MS)
        others = "|".join({"n1", "n2", "n3"} - {old})
        self.says("#headline", f"^({others}) leads, epoch")
        self.says("#wrong", f"{old} is dead")
        return old

    def write_by_hand(self) -> None:
        """What is written is seen at every copy."""
        self.page.locator("#key").fill("greeting")
        self.page.locator("#value").fill("hello there")
        self.page.locator("#write").click()
        self.says("#answers li:first-child", 'greeting = "hello there": acknowledged by n')
        self.page.locator("#key").blur()
        for name in ("n1", "n2", "n3"):
            expect(self.node(name)).to_contain_text('greeting = "hello there"', timeout=SHOWS_MS)

    def heal(self) -> None:
        with self.page.expect_response("**/order") as answer:
            self.page.locator("#heal").click()
        assert answer.value.json()["done"], answer.value.text()

    def says(self, place: str, words: str) -> None:
        expect(self.page.locator(place)).to_contain_text(re.compile(words), timeout=SHOWS_MS)

    def close(self) -> None:
        """Everything is healed, and nothing may have been complained of."""
        self.heal()
        self.says("#wrong", "Everything is healthy")
        self.page.close()
        assert self.errors == []
