"""What people read: one word, sentences with the operations, a page that needs no network."""

import re
from pathlib import Path

import pytest

from chaos.cluster import Event
from chaos.folder import RunFolder
from chaos.recorder import Recorder
from chaos.report.page import write_page
from chaos.report.words import headline, sentences
from chaos.verdict import Kind, Verdict, Witness, found, not_found, unknown

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


def test_the_page_shows_the_witness_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    with Recorder(tmp_path / "history.jsonl", lambda: 0) as recorder:
        for value in range(3):
            recorder.ok(recorder.invoke(0, "write", "x", value), node="n1", epoch=1, position=[1, value])
        recorder.nemesis("kill", {"nodes": ["n1"]})
    verdict = Verdict("lost-writes", "async", "problem", "local", 7, True, (LOST,), {"acknowledged": 3})
    command = "./lab run lost-writes:async --seed 7"
    about = {"command": command, "options": {"replication": "async"}}
    folder = RunFolder(tmp_path)
    folder.write_events([Event(5.0, "n2", "promoted", {"epoch": 2}), Event(5.0, "n2", "started", {})], 3.0)
    write_page(folder, about, verdict)
    page = (tmp_path / "report.html").read_text()
    assert "n2 started" not in page
    for expected in (
        "n2 promoted epoch=2",
        "x=1 is &lt;gone&gt;.",
        command,
        "kill",
        "process 0 ok: write x = 2 by n1",
    ):
        assert expected in page
    assert "<gone>" not in page
    assert not re.search(r"(src|href)=|https?:|@import|url\(", page)
