"""Every scenario in real containers, as somebody types it; nothing is left behind.

In the short form one problem and one remedy of each, in the long form all its variants.
"""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from docker import DockerClient

from chaos.discover import find_scenario, scenario_ids
from chaos.runtimes.compose_layout import ROOT
from chaos.scenario import Scenario
from chaos.session import runtimes_of
from tests.containers import engine, runs

__all__ = ["engine"]
pytestmark = pytest.mark.compose


def in_containers(scenario: Scenario) -> dict[str, str]:
    """Its variants that make sense there, each with its kind."""
    return {
        variant.name: variant.kind
        for variant in scenario.variants
        if "compose" in runtimes_of(scenario, variant)
    }


@pytest.mark.timeout(300)
@pytest.mark.parametrize("scenario", scenario_ids())
def test_a_problem_and_a_remedy_are_as_expected(engine: DockerClient, tmp_path: Path, scenario: str) -> None:
    kinds = in_containers(find_scenario(scenario))
    one_of_each = list({kind: name for name, kind in kinds.items()}.values())
    must_be_as_expected(engine, tmp_path, scenario, one_of_each)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("scenario", scenario_ids())
def test_all_variants_are_as_expected(engine: DockerClient, tmp_path: Path, scenario: str) -> None:
    must_be_as_expected(engine, tmp_path, scenario, list(in_containers(find_scenario(scenario))))


def must_be_as_expected(engine: DockerClient, out: Path, scenario: str, variants: Sequence[str]) -> None:
    before = runs(engine)
    names = [f"{scenario}:{variant}" for variant in variants]
    command = [str(ROOT / "lab"), "run", *names, "--on", "compose", "--out", str(out), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    verdicts = json.loads(done.stdout)
    assert [verdict for verdict in verdicts if not verdict["as_expected"]] == [], done.stderr
    assert done.returncode == 0
    assert {verdict["variant"] for verdict in verdicts} == set(variants)
    assert {verdict["runtime"] for verdict in verdicts} == {"compose"}
    assert runs(engine) <= before
