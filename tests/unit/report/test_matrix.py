"""The index as a matrix: in the book's order, a dot for each runtime, and filters that need no script."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from chaos.catalogue.discover import all_scenarios
from chaos.report.book import ORDER, PARTS
from chaos.report.catalogue import RUNTIMES, Tried, chapters, judged_runs, write_index
from chaos.report.render import asset
from tests.unit.report.runs import by_hand

README = Path(__file__).resolve().parents[3] / "README.md"


def test_ideas_come_in_the_order_of_the_book_and_of_the_readme() -> None:
    found = chapters(all_scenarios(), [])
    assert [chapter.id for chapter in found] == list(ORDER)
    assert [*dict.fromkeys(chapter.section for chapter in found)] == list(PARTS)
    table = README.read_text(encoding="utf-8").split("\n| scenario |")[1].split("\n\n")[0]
    assert re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE) == list(ORDER)


def test_page_and_readme_say_of_which_chapter_the_order_is(tmp_path: Path) -> None:
    page = write_index(all_scenarios(), tmp_path).read_text(encoding="utf-8")
    for text in (re.sub("</?i>", "*", page), README.read_text(encoding="utf-8")):
        assert "the chapter on replication in Kleppmann's *Designing Data-Intensive" in " ".join(text.split())
    assert "After each name" in page and "Behind each name" not in page


@pytest.fixture
def tried(tmp_path: Path) -> Tried:
    """One run on sim, as expected."""
    folder = tmp_path / "lost-writes" / "async" / "now"
    folder.mkdir(parents=True)
    by_hand(folder)
    return Tried("async", "problem", ("lost-write",), list(judged_runs(tmp_path)))


@pytest.mark.parametrize(
    ("outcomes", "tone"),
    [
        ((), "none"),
        ((True, True), "good"),
        ((True, False, None), "bad"),
        ((True, None), "unsure"),
    ],
)
def test_a_dot_is_as_good_as_its_worst_run(
    tried: Tried, outcomes: tuple[bool | None, ...], tone: str
) -> None:
    (run,) = tried.runs
    runs = [replace(run, verdict=replace(run.verdict, as_expected=outcome)) for outcome in outcomes]
    several = replace(tried, runs=runs)
    assert several.tone == several.on("sim").tone == tone
    assert several.on("local").tone == "none"
    assert several.runtimes == (("sim",) if outcomes else ())


def test_the_page_has_a_dot_for_each_runtime_and_classes_for_the_filters(tmp_path: Path) -> None:
    folder = tmp_path / "lost-writes" / "async" / "now"
    folder.mkdir(parents=True)
    by_hand(folder)
    page = write_index(all_scenarios(), tmp_path).read_text(encoding="utf-8")
    assert 'aria-label="lost-writes:async on sim: 1 of 1 as expected"' in page
    assert 'title="lost-writes:async on local: not run yet"' in page
    assert '<tbody class="row part-A on-sim is-open">' in page
    looks = asset("assets/index.css")
    for name in (*(f"part-{part}" for part in PARTS), *(f"on-{runtime}" for runtime in RUNTIMES)):
        assert f"#{name}:checked" in looks
        assert f'id="{name}"' in page
