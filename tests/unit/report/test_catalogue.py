"""The index over all runs, and `./lab report`: what is counted, and what is said of a wrong name."""

from pathlib import Path

import pytest

from chaos.catalogue.discover import all_scenarios
from chaos.cli import main
from chaos.recording.folder import RunFolder
from chaos.report.catalogue import chapters, judged_runs
from chaos.report.page import NAME
from tests.unit.report.runs import by_hand, simulated

Printed = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of two variants, one of them twice."""
    out = tmp_path_factory.mktemp("runs")
    list(simulated(out, "split-brain:unfenced", "split-brain:lease", "split-brain:lease"))
    return out


def test_every_run_is_counted_under_its_variant(runs: Path) -> None:
    found = {chapter.id: chapter for chapter in chapters(all_scenarios(), judged_runs(runs))}
    variants = {variant.name: variant for variant in found["split-brain"].variants}
    assert [len(variants[name].runs) for name in ("unfenced", "lease", "stonith")] == [1, 2, 0]
    assert len(variants["unfenced"].found("lost-write", True)) == 1
    assert len(variants["lease"].found("lost-write", False)) == variants["lease"].as_expected == 2
    assert not any(variant.runs for variant in found["lost-writes"].variants)


def test_runs_of_forgotten_scenarios_are_not_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "lost-writes" / "async" / "now"
    folder.mkdir(parents=True)
    by_hand(folder)
    (chapter,) = chapters([], judged_runs(tmp_path))
    assert (chapter.id, chapter.title, chapter.anomalies) == (
        *("lost-writes", "no longer in the catalogue"),
        ("lost-write",),
    )


def test_a_run_is_reported_again_byte_for_byte(runs: Path, capsys: Printed) -> None:
    (path,) = (runs / "split-brain" / "unfenced").glob(f"*/{NAME}")
    before = path.read_bytes()
    path.unlink()
    assert main(["report", str(path.parent)]) == 0
    assert capsys.readouterr().out.strip() == str(path)
    assert path.read_bytes() == before


def test_names_stand_for_the_newest_runs(runs: Path, capsys: Printed) -> None:
    names = ["split-brain:unfenced", "split-brain:lease"]
    assert main(["report", *names, "--runs", str(runs)]) == 0
    path = Path(capsys.readouterr().out.strip())
    stamps = [{folder.name for folder in (runs / name.replace(":", "/")).iterdir()} for name in names]
    assert path.parent == runs
    one, other = path.stem.removeprefix("split-brain-unfenced-").split("-and-split-brain-lease-")
    assert one in stamps[0]
    assert other in stamps[1]
    assert path.read_text(encoding="utf-8").count('<article class="run"') == 2


def test_folders_may_lie_anywhere_and_their_common_page_goes_to_the_runs(
    tmp_path: Path, capsys: Printed
) -> None:
    runs = tmp_path / "runs"
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
        by_hand(folder)
    assert main(["report", *map(str, folders), "--runs", str(runs)]) == 0
    assert Path(capsys.readouterr().out.strip()).parent == runs.resolve()


def test_a_comparison_does_not_overwrite_another(tmp_path: Path, capsys: Printed) -> None:
    """Neither one of other runs of the same variants, nor one of folders that are called alike elsewhere."""
    folders = [tmp_path / name for name in ("one/run", "two/run", "three/run")]
    for folder in folders:
        folder.mkdir(parents=True)
        by_hand(folder)
    written = set()
    for others in (folders[1:2], folders[2:], folders * 4):
        assert main(["report", str(folders[0]), *map(str, others), "--runs", str(tmp_path / "runs")]) == 0
        written.add(capsys.readouterr().out.strip())
    assert len(written) == 3
    assert all(Path(name).is_file() for name in written)


def test_all_runs_have_an_index(runs: Path, capsys: Printed) -> None:
    assert main(["report", "--all", "--runs", str(runs)]) == 0
    page = Path(capsys.readouterr().out.strip()).read_text(encoding="utf-8")
    assert "lease 2/2" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        ([], 2, "name one run or more, or say --all"),
        (["split-brain:lease", "--all"], 2, "name one run or more, or say --all"),
        (["split-brain:leese"], 2, "did you mean lease?"),
        (["lost-writes:async", "--runs", "."], 4, "make one: ./lab run lost-writes:async --on sim"),
        (["--all", "--runs", "nowhere"], 4, "there is no folder nowhere"),
    ],
)
def test_what_cannot_be_reported_is_said(
    arguments: list[str], code: int, complaint: str, capsys: Printed
) -> None:
    assert main(["report", *arguments]) == code
    assert complaint in capsys.readouterr().err


def test_a_damaged_folder_is_named(tmp_path: Path, capsys: Printed) -> None:
    by_hand(tmp_path)
    RunFolder(tmp_path).write_json("verdict.json", {"scenario": 7})
    assert main(["report", str(tmp_path)]) == 4
    assert "a run's folder is damaged" in capsys.readouterr().err
