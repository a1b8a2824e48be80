"""`./lab logdiff` from the command line."""

import json
from pathlib import Path

import pytest

from chaos.cli import main
from chaos.commands.comparing import request, value_of
from services.errors import LabError
from services.messages.records import Scalar, Statement

Printed = pytest.CaptureFixture[str]


def test_json_is_one_document_and_the_page_is_written_beside_it(capsys: Printed, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    sql = "INSERT INTO orders(item, placed, lot) VALUES (?, now(), ?)"
    assert main(["logdiff", sql, "--param", "tea", "--param", "7", "--json", "--html", str(page)]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["statements"] == [{"sql": sql, "parameters": ["tea", 7]}]
    assert all(log["log_bytes"] for log in made["logs"][:3])
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_for_people(capsys: Printed) -> None:
    assert main(["logdiff", "DELETE FROM visits"]) == 0
    printed = capsys.readouterr().out
    assert 'delete from visits where page = "home", visitor = "ann"' in printed


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["DROP TABLE items"], "lab: bad-sql: there is no table"),
        (["SELEKT 1"], "syntax error"),
        (["INSERT INTO items(name, price) VALUES ('tea', 1)"], "lab: constraint-violated: UNIQUE"),
        (["DELETE FROM visits", "--before", "nonsense"], "syntax error"),
        (["--param", "7"], "there are 1 parameters"),
        (["DELETE FROM visits", "DELETE FROM items WHERE name = ?"], "question marks: 0, 1"),
        (["--bytes", "-1"], "--bytes"),
        (["INSERT INTO visits VALUES ('\udcff', null)"], "is not UTF-8"),
    ],
)
def test_what_cannot_be_shown_is_wrong_usage(capsys: Printed, arguments: list[str], complaint: str) -> None:
    assert main(["logdiff", *arguments]) == 2
    printed = capsys.readouterr()
    assert complaint in printed.err and not printed.out


def test_a_page_that_cannot_be_written(capsys: Printed, tmp_path: Path) -> None:
    assert main(["logdiff", "SELECT 1", "--html", str(tmp_path / "nowhere" / "page.html")]) == 4
    assert "the page cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("7", 7), ("-1.5", -1.5), ("null", None), ('"7"', "7"), ("tea", "tea"), ("", "")),
        *(("true", "true"), ("[1]", "[1]"), ("NaN", "NaN"), ("1e999", "1e999"), ("'7'", "'7'")),
    ],
)
def test_parameters(text: str, value: Scalar) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


def test_each_statement_takes_its_parameters() -> None:
    texts = [
        "DELETE FROM items WHERE name = ? -- ?",
        "DELETE FROM visits WHERE page = '?' AND visitor IN (?, ?)",
    ]
    assert request(texts, ["1", "2", "3"], []).statements == (
        Statement(texts[0], (1,)),
        Statement(texts[1], (2, 3)),
    )
    with pytest.raises(LabError, match="question marks: 1, 2"):
        request(texts, ["1"], [])
