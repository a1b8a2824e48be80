"""What people read: one word, a sentence, sentences with the operations, a page that needs no network."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from chaos.checkers import checker_names
from chaos.judging.verdict import Finding, Kind, Verdict, Witness, found, not_found, unknown
from chaos.report.page import NAME, write_pages
from chaos.report.render import plain
from chaos.report.words import MEANINGS, headline, opening, sentences
from tests.unit.report.runs import by_hand

LOST = found("lost-write", 3, [Witness((4, 5), "x=1 is <gone>.")])


@pytest.mark.parametrize(
    ("kind", "as_expected", "word"),
    [
        ("problem", True, "shown"),
        ("problem", False, "not shown"),
        ("remedy", True, "held"),
        ("remedy", False, "broken"),
        ("remedy", None, "unknown"),
    ],
)
def test_the_outcome_in_a_word(kind: Kind, as_expected: bool | None, word: str) -> None:
    assert headline(kind, as_expected) == word


def test_sentences_name_doubts_first_and_then_every_anomaly_with_its_events() -> None:
    findings = [LOST, not_found("split-brain"), unknown("stale-read", "no reads")]
    assert list(sentences(["no fault struck"], findings)) == [
        "unknown, because no fault struck",
        "lost-write (3 times; the first): x=1 is <gone>. [events 4, 5]",
        "no split-brain",
        "stale-read: unknown, because no reads",
    ]


def test_what_the_measures_come_to_stands_behind_the_first_witness() -> None:
    (told,) = sentences([], [replace(LOST, summary="a third of the reads")])
    assert told.endswith("x=1 is <gone>. [events 4, 5] (a third of the reads)")


@pytest.mark.parametrize(
    ("finding", "sentence"),
    [
        (not_found("linearizable"), "linearizable"),
        (found("linearizable", 1, []), "not linearizable"),
        (not_found("read-your-writes"), "read-your-writes kept"),
        (found("causality", 2, []), "causality broken (2 times; the first)"),
        (not_found("set-full"), "no set element lost"),
    ],
)
def test_a_guarantee_is_kept_or_broken(finding: Finding, sentence: str) -> None:
    assert list(sentences([], [finding])) == [sentence]


@pytest.mark.parametrize(
    ("kind", "as_expected", "finding", "sentence"),
    [
        ("problem", True, LOST, "lost-write (3 times), as this variant is there to show."),
        ("remedy", True, not_found("lost-write"), "no lost-write, as this remedy promises."),
        ("remedy", False, LOST, "lost-write (3 times), although this remedy promises to prevent it."),
        ("remedy", None, unknown("lost-write", "no reads"), "this run proves nothing, because no reads."),
    ],
)
def test_the_verdict_in_a_sentence(
    kind: Kind, as_expected: bool | None, finding: Finding, sentence: str
) -> None:
    verdict = Verdict("lost-writes", "async", kind, "sim", 7, as_expected, (finding,), {})
    assert opening(verdict).sentence == sentence


def test_every_anomaly_is_explained_and_no_other() -> None:
    assert set(MEANINGS) == set(checker_names())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (7.0, "7"),
        (2467.71, "2467.7"),
        (0.0132, "0.0132"),
        (0.0, "0"),
        ((), "none"),
        ("x", "x"),
    ],
)
def test_numbers_and_settings_as_people_write_them(value: object, text: str) -> None:
    assert plain(value) == text


def test_the_page_tells_all_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    saved = by_hand(tmp_path, key="<b>key</b>", value="</script><img src=x onerror=alert(1)>")
    write_pages([saved], tmp_path / NAME)
    page = (tmp_path / NAME).read_text(encoding="utf-8")
    for expected in (
        "lost-write, as this variant is there to show.",
        "n1 is killed.",
        "n2 becomes the leader of epoch 2",
        "&lt;b&gt;key&lt;/b&gt;",
        "./lab run lost-writes:async --seed 7",
    ):
        assert expected in page
    assert "<b>key" not in page
    assert "onerror=alert(1)>" not in page
    assert not re.search(r"<(link|img|iframe|object)\b|<script[^>]+src=|@import|url\(", page)
    policy = unescape(page.split("<title>")[0])
    assert "default-src 'none'; script-src 'sha256-" in policy
    assert "unsafe" not in policy
