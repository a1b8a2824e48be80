"""The glossary has every word that a newcomer meets on the pages, in the pages' own words."""

import re

import pytest

from chaos.checkers import checker_names
from chaos.report.words import MEANINGS
from tests.repository import ROOT

ROWS = re.findall(r"^\| (.+?) \| (.+) \|$", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.MULTILINE)
TERMS = {
    term for words, _ in ROWS for term in re.findall(r"\*\*(.+?)\*\*|`(.+?)`", words) for term in term if term
}


@pytest.mark.parametrize(
    "term", ["process", "synchronous", "semi-sync", "witness", "register", "intent", "torn apart"]
)
def test_a_term_of_the_pages_is_explained(term: str) -> None:
    assert term in TERMS


@pytest.mark.parametrize("name", checker_names())
def test_what_a_checker_looks_for_is_told_as_on_the_pages(name: str) -> None:
    (meaning,) = (meaning for words, meaning in ROWS if words == f"`{name}`")
    assert meaning.startswith(MEANINGS[name])
