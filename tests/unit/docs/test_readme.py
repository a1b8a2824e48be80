"""What a newcomer meets first: a run, and a cluster with its page."""

from tests.repository import ROOT

README = (ROOT / "README.md").read_text("utf-8")
START = README.split("## Start")[1].split("\n## ")[0]


def test_whoever_follows_the_start_meets_the_live_page() -> None:
    first, *_ = START.split("```")[1:2]
    assert "./lab run split-brain" in first and "./lab up" in first
    assert "docs/pictures/live-page.png" in START and "docs/live-page.md" in START
    assert "./lab down" in START, "what was started must be stopped again"
