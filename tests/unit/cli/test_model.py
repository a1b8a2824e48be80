"""`./lab check --model`: the isolation level to which transactions are held."""

import json
from pathlib import Path

import pytest

from chaos.cli import main
from chaos.recording.folder import RunFolder

FOLDER = Path(__file__).parents[2] / "histories" / "transaction-cycle"
CHECKED = ("--checker", "transaction-cycle")
ABOUT = {
    **{"scenario": "s", "variant": "v", "runtime": "local", "seed": 7, "kind": "remedy", "finished": True},
    **{"judged": ["transaction-cycle"], "checkers": ["transaction-cycle"]},
}


@pytest.mark.parametrize(
    ("file", "model", "code", "words"),
    [
        ("found-write-skew", "", 1, "breaks serializable and every stricter level"),
        ("found-write-skew", "snapshot-isolation", 0, "no transaction-cycle"),
        ("found-write-skew", "repeatable-read", 1, "G2-item: "),
        ("not-found-stale-in-time", "", 0, "no transaction-cycle"),
        ("not-found-stale-in-time", "strong-session-serializable", 0, "no transaction-cycle"),
        ("not-found-stale-in-time", "strict-serializable", 1, "G-single-realtime: "),
        ("unknown-read-before-it-was-asked-for", "", 3, "--model strict-serializable"),
        ("unknown-read-before-it-was-asked-for", "strict-serializable", 1, "G1c-realtime: "),
    ],
)
def test_a_level(file: str, model: str, code: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    stated = ("--model", model) if model else ()
    assert main(["check", str(FOLDER / f"{file}.jsonl"), *CHECKED, *stated]) == code
    assert words in capsys.readouterr().out


def test_no_level(capsys: pytest.CaptureFixture[str]) -> None:
    history = str(FOLDER / "found-write-skew.jsonl")
    assert main(["check", history, *CHECKED, "--model", "strict-serialisable"]) == 2
    assert "did you mean strict-serializable?" in capsys.readouterr().err
    assert main(["check", history, "--checker", "dirty-read", "--model", "serializable"]) == 2
    assert "--model is for transaction-cycle, not for dirty-read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("recorded", "stated", "code"),
    [("", "", 0), ("strict-serializable", "", 1), ("strict-serializable", "serializable", 0)],
)
def test_a_saved_run_is_held_to_its_own_level_unless_one_states_another(
    tmp_path: Path, recorded: str, stated: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = (FOLDER / "not-found-stale-in-time.jsonl").read_bytes()
    (tmp_path / "history.jsonl").write_bytes(recording)
    RunFolder(tmp_path).write_json("run.json", ABOUT | ({"model": recorded} if recorded else {}))
    words = ("--model", stated) if stated else ()
    assert main(["check", str(tmp_path), "--json", *words]) == code
    (finding,) = json.loads(capsys.readouterr().out)["anomalies"]
    assert finding["found"] is (code == 1)
