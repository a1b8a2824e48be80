"""The page about the simulation says of each runtime what it really can do."""

from typing import get_args

from chaos.cluster import Ability
from chaos.runtimes.registry import RUNTIMES
from tests.repository import ROOT

PAGE = ROOT / "docs" / "simulation.md"


def table() -> dict[str, dict[str, bool]]:
    """By runtime and ability."""
    section = PAGE.read_text(encoding="utf-8").split("## What each runtime can do")[1].split("##")[0]
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in section.splitlines()
        if line.startswith("|")
    ]
    header, _, *body = rows
    return {
        runtime: {row[0].split("`")[1]: row[column] == "yes" for row in body}
        for column, runtime in enumerate(header)
        if runtime
    }


def test_the_table_is_true() -> None:
    told = table()
    assert told.keys() == RUNTIMES.keys()
    for name, runtime in RUNTIMES.items():
        assert told[name] == {ability: ability in runtime.abilities for ability in get_args(Ability)}
