"""What people read: one word, a sentence, sentences with the operations, a page that needs no network."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from chaos.checkers import checker_names
from chaos.judging.verdict import Finding, Kind, Verdict, Witness, found, not_found, unknown
from chaos.report.page import NAME, write_pages
from chaos.report.plainly import PHRASES
from chaos.report.render import plain
from chaos.report.words import MEANINGS, headline, opening, sentences
from tests.unit.report.runs import ABOUT, by_hand

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
        ("problem", True, LOST, "as expected: 3 writes lost."),
        (
            *("problem", False, not_found("lost-write")),
            "not as expected: no write lost: the problem that this variant is there for did not show.",
        ),
        ("remedy", True, not_found("lost-write"), "as expected: no write lost."),
        (
            *("remedy", False, LOST),
            "not as expected: 3 writes lost, although this remedy promises to prevent that.",
        ),
        (
            *("remedy", None, unknown("lost-write", "no reads")),
            "unknown: this run proves nothing, because no reads.",
        ),
    ],
)
def test_the_verdict_in_a_sentence(
    kind: Kind, as_expected: bool | None, finding: Finding, sentence: str
) -> None:
    verdict = Verdict("lost-writes", "async", kind, "sim", 7, as_expected, (finding,), {})
    said = opening(verdict)
    assert f"{said.word}: {said.sentence}" == sentence


def test_a_verdict_names_all_that_was_found() -> None:
    findings = (found("split-brain", 2, []), found("lost-write", 53, []), not_found("stale-read"))
    verdict = Verdict("split-brain", "unfenced", "problem", "sim", 7, True, findings, {})
    assert opening(verdict).sentence == "split brain, 53 writes lost."


def test_every_anomaly_is_explained_and_no_other() -> None:
    assert set(MEANINGS) == set(checker_names()) == set(PHRASES)


def test_a_page_begins_with_title_idea_and_verdict_and_then_tells_the_story_in_full(tmp_path: Path) -> None:
    about = {**ABOUT, "title": "The leader dies", "idea": "It had promised. Nobody else has it."}
    write_pages([by_hand(tmp_path, about=about)], tmp_path / NAME)
    page = (tmp_path / NAME).read_text(encoding="utf-8")
    body = page[page.index("<body>") :]
    parts = [
        *("<h1>The leader dies</h1>", "It had promised. Nobody else has it."),
        *("<b>As expected:</b> 1 write lost.", "<h2>The story</h2>", "<h2>Timeline</h2>"),
    ]
    places = [body.index(part) for part in parts]
    assert places == sorted(places)
    (looks,) = re.findall(r"\.story ol \{([^}]*)\}", page)
    assert "height" not in looks
    assert "overflow" not in looks


def test_what_is_refused_is_called_so_everywhere(tmp_path: Path) -> None:
    saved = by_hand(tmp_path)
    counted = replace(saved.verdict, measures={"acknowledged": 9.0, "failed": 3.0, "downtime_ms": 20.0})
    write_pages([replace(saved, verdict=counted)] * 2, tmp_path / NAME)
    page = (tmp_path / NAME).read_text(encoding="utf-8")
    names = re.findall(r'<th scope="row">([a-z ]+)</th>\s*<td>(?:9|3|20)<', page)
    assert set(names) == {"writes acknowledged", "refused", "downtime ms"}


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
        "1 write lost.",
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
