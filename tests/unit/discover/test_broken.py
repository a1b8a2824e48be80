"""A mistake in a scenario's file is one line, and costs nobody the other scenarios."""

import json
import shutil
from pathlib import Path

import pytest

from chaos.catalogue import discover
from chaos.cli import main
from scenarios import split_brain

Printed = pytest.CaptureFixture[str]
GOOD = Path(split_brain.__file__)
MISTAKES = {
    "syntax": ("SCENARIO = Scenario(", "SCENARIO = = Scenario(", ("line", "SCENARIO = = Scenario(")),
    "import": ("from chaos.workloads", "from chaos.workload", ("line", "chaos.workload")),
    "id": ('id="split-brain"', 'id="split-brian"', ("'split-brian'", "'broken'")),
    "checker": ('"lost-write")', '"lost-writ")', ("line", "'lost-writ'", "did you mean lost-write?")),
    "finds": (
        'finds=["lost-write"]',
        'finds=["lost-writ"]',
        ("line", "lost-writ,", "did you mean lost-write?"),
    ),
    "value": ('replication="quorum-ack")', 'replication="quorum")', ("line", "'quorum'", "quorum-ack")),
    "setting": ("lease=True)", "leas=True)", ("line", "'leas'", "did you mean lease?")),
    "nothing": ("SCENARIO = Scenario(", "OTHER = Scenario(", ("SCENARIO",)),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """A catalogue of its own, with one good scenario; every test has another name for the package."""
    package = tmp_path / f"stories_{abs(hash(request.node.name))}"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copy(GOOD, package)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(discover, "PACKAGE", package.name)
    return package


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_with_file_and_remedy(
    mistake: str, folder: Path, tmp_path: Path, capsys: Printed
) -> None:
    old, new, told = MISTAKES[mistake]
    text = GOOD.read_text()
    if mistake != "id":
        text = text.replace('id="split-brain"', 'id="broken"')
    assert old in text
    (folder / "broken.py").write_text(text.replace(old, new, 1))
    assert main(["run", "broken", "--on", "sim", "--out", str(tmp_path / "runs")]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"lab: {folder.name}/broken.py")
    assert all(word in line for word in told), line
    assert "mend the file" in line and "crashed" not in line

    assert main(["list", "--json"]) == 0
    printed = capsys.readouterr()
    assert [row["id"] for row in json.loads(printed.out)] == ["split-brain"]
    assert printed.err.startswith(f"lab: {folder.name}/broken.py")
