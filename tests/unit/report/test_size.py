"""The report of a long run is a file that one can send around."""

from pathlib import Path

from benchmarks.report import run
from chaos.report.page import NAME

OPERATIONS, MOST_BYTES = 10_000, 3_000_000


def test_ten_thousand_operations_fit_into_three_megabytes(tmp_path: Path) -> None:
    folder = run(OPERATIONS, tmp_path)
    assert len(folder.recorded().client_operations) >= OPERATIONS
    assert (folder.path / NAME).stat().st_size <= MOST_BYTES
