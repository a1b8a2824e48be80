"""`latest` points to a run that has begun, however many labs begin one at the same moment."""

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from chaos.recording.folder import RunFolder

LABS, TURNS = 4, 40


def begin(out: Path, lab: int) -> None:
    for turn in range(TURNS):
        RunFolder.create(out, "split-brain", f"v{lab}-{turn}", 0.0)


def test_several_labs_at_once(tmp_path: Path) -> None:
    with ProcessPoolExecutor(LABS, get_context("spawn")) as pool:
        list(pool.map(partial(begin, tmp_path), range(LABS)))
    assert (tmp_path / "latest").resolve().parent.parent == tmp_path / "split-brain"
    assert len(list(tmp_path.glob("split-brain/*/*"))) == LABS * TURNS
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
