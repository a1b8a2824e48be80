"""A run's folder: found again, never overwritten, complete."""

from pathlib import Path

from chaos.cluster import Event
from chaos.recording.folder import RunFolder


def test_two_runs_of_one_second_have_folders_of_their_own_and_latest_is_the_last(tmp_path: Path) -> None:
    first = RunFolder.create(tmp_path, "split-brain", "lease", 0)
    second = RunFolder.create(tmp_path, "split-brain", "lease", 0)
    assert first.path == tmp_path / "split-brain" / "lease" / "19700101-000000"
    assert second.path != first.path
    assert (tmp_path / "latest").resolve() == second.path.resolve()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["latest", "split-brain"]


def test_latest_still_points_there_when_all_runs_are_moved(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "runs", "split-brain", "lease", 0)
    folder.write_json("run.json", {"seed": 7})
    (tmp_path / "runs").rename(tmp_path / "elsewhere")
    assert RunFolder(tmp_path / "elsewhere" / "latest").read_json("run.json") == {"seed": 7}


def test_log_lines_count_from_the_beginning_of_the_run_and_older_ones_are_left_out(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    events = [
        Event(99.0, "n1", "emptied", {}),
        Event(100.5, "n1", "promoted", {"role": "leader", "epoch": 1}),
    ]
    folder.write_events(events, began_s=100.0)
    assert (tmp_path / "events.jsonl").read_text() == (
        '{"time": 500000000, "node": "n1", "event": "promoted", "role": "leader", "epoch": 1}\n'
    )
