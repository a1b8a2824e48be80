"""The README's table leaves out no scenario and no variant."""

import pytest

from chaos.catalogue.discover import find_scenario, scenario_ids
from tests.repository import ROOT


@pytest.mark.parametrize("scenario", scenario_ids())
def test_the_readme_names_every_variant(scenario: str) -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith(f"| `{scenario}` |"))
    assert [each.name for each in find_scenario(scenario).variants if f"`{each.name}`" not in row] == []
