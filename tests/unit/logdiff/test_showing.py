"""The comparison as people and programs get it: in a terminal of any width, as JSON, as a page."""

import json
import re
from dataclasses import replace
from html import unescape
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from chaos.logdiff.comparison import Comparison
from chaos.logdiff.document import document
from chaos.logdiff.request import Request
from chaos.logdiff.terminal import show
from chaos.logdiff.webpage import webpage
from chaos.logdiff.words import MOST_CHARACTERS, SHORT, TITLES, brief
from services.messages.records import Statement
from tests.unit.logdiff.making import compared, log_of

HOSTILE = "</script><img src=x onerror=\"document.title='owned'\">{{ 7 * 7 }}\x1b[31m"


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    return compared(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    asked = Statement("INSERT INTO items(name, price) VALUES (?, 1) -- \x1b[2J", (HOSTILE,))
    return compared(tmp_path_factory.mktemp("hostile"), asked)


def printed(
    comparison: Comparison, most: int | None = 512, *, width: int = 80, terminal: bool = False
) -> str:
    file = StringIO()
    console = Console(file=file, width=width, force_terminal=terminal)
    show(comparison, console, most)
    return file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 100, 190, 300])
def test_a_terminal_of_any_width_shows_everything_within_it(example: Comparison, width: int) -> None:
    text = re.sub(r"\x1b\[[0-9;]*m", "", printed(example, width=width, terminal=True))
    assert max(map(len, text.splitlines())) <= width
    for shown in example.columns:
        assert TITLES[shown.name].upper() in text.replace("\n", " ") and f"{shown.log_bytes:,}" in text
    frames = {line.count("│") for line in text.splitlines()}
    assert max(frames) == (5 if width >= 190 else 3 if width >= 100 else 0)


def test_what_is_no_terminal_gets_plain_lines(example: Comparison) -> None:
    text = printed(example)
    assert "\x1b" not in text and "│" not in text
    assert '0000  5b 34 2c 22 63 6f 66 66 65 65 22 2c 32 31 5d    [4,"coffee",21]\n' in text
    assert all(f" {name} " in text for name in SHORT.values())


def test_how_much_is_dumped(example: Comparison) -> None:
    words = printed(example, 0)
    assert "0000  " not in words and all(f"outbox row {number}, " in words for number in (4, 5, 6, 7))
    assert "… and " not in words and "… and " in printed(example, 64)
    everything = printed(example, None)
    size = sum(shown.log_bytes for shown in example.columns)
    dumped = re.findall(r"^[0-9a-f]{4}  ((?:[0-9a-f]{2} ){1,16})", everything, flags=re.MULTILINE)
    assert sum(len(line.split()) for line in dumped) == size
    assert "as before" in printed(example) and "as before" not in everything


def test_no_value_can_steer_the_terminal(hostile: Comparison) -> None:
    text = printed(hostile)
    assert "\x1b" not in text
    assert "{{ 7 * 7 }}\\u001b[31m" in text and "-- \\x1b[2J" in text


def test_the_document_has_every_byte(example: Comparison) -> None:
    made = json.loads(json.dumps(document(example)))
    assert [log["log"] for log in made["logs"]] == ["statement", "wal", "row", "trigger"]
    for log, shown in zip(made["logs"], example.columns, strict=True):
        data = [bytes.fromhex(piece["bytes"]) for piece in log["pieces"]]
        assert data == [piece.data for piece in shown.pieces]
        assert sum(map(len, data)) == log["log_bytes"] == shown.log_bytes
        assert log["follower"]["same"] is not log["follower"]["differences"]
    assert made["statements"][0] == {"sql": "UPDATE items SET price = price + 1", "parameters": []}


def test_the_page_has_the_bytes_and_runs_nothing_else(example: Comparison) -> None:
    text = webpage(example)
    assert "default-src 'none'" in unescape(text) and "http" not in text.replace("http-equiv", "")
    assert all(f"<h2>{TITLES[shown.name]}</h2>" in text for shown in example.columns)
    letters = re.sub(r"<[^>]*>", "", text)
    assert "5b 34 2c 22 63 6f 66 66  [4,&#34;coff" in letters


def test_hostile_values_are_text_in_the_page(hostile: Comparison) -> None:
    text = webpage(hostile)
    assert "<img" not in text and "{{ 7" in text
    assert text.count("<script>") == 1


def test_a_page_of_much_stays_small(tmp_path: Path) -> None:
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)"
    comparison = compared(tmp_path, f"INSERT INTO visits(page) {numbers} SELECT 'page ' || i FROM n")
    text = webpage(comparison)
    assert len(text) < 4_000_000 and "more, " in text
    assert len(log_of(comparison, "row").pieces) == 901


def test_what_leaves_no_trace_is_said_to_be_nothing(example: Comparison) -> None:
    empty = replace(example, columns=[replace(shown, pieces=[]) for shown in example.columns])
    assert printed(empty).count(": nothing\n") == 4
    assert webpage(replace(empty, request=Request())).count("leaves no trace") == 4


def test_long_texts_are_cut() -> None:
    assert brief("x" * MOST_CHARACTERS) == "x" * MOST_CHARACTERS
    assert brief("x" * 1000).endswith("… (1,000 characters)")
