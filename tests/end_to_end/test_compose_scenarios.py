"""Every scenario in real containers, as somebody types it; nothing is left behind.

In the short form one problem and one remedy of each, in the long form all its variants. One command runs
them all, for it lets those of one shape share a cluster.
"""

import json
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient

from chaos.catalogue.discover import find_scenario, scenario_ids
from chaos.catalogue.scenario import Scenario, Variant
from chaos.running.session import runtimes_of
from chaos.runtimes.compose_layout import ROOT
from tests.containers import engine, runs

__all__ = ["engine"]
pytestmark = pytest.mark.compose


@dataclass(frozen=True)
class Played:
    """What one command printed and left."""

    verdicts: list[dict[str, Any]]
    returncode: int
    said: str
    left: set[str]


def in_containers(scenario: Scenario) -> list[Variant]:
    return [variant for variant in scenario.variants if "compose" in runtimes_of(scenario, variant)]


def one_of_each(scenario: Scenario) -> list[Variant]:
    """A problem and a remedy, as far as there are both."""
    return list({variant.kind: variant for variant in in_containers(scenario)}.values())


def names(choose: Callable[[Scenario], Iterable[Variant]], scenario: str) -> list[str]:
    found = find_scenario(scenario)
    return [f"{found.id}:{variant.name}" for variant in choose(found)]


def play(engine: DockerClient, out: Path, choose: Callable[[Scenario], Iterable[Variant]]) -> Played:
    before = runs(engine)
    chosen = [name for scenario in scenario_ids() for name in names(choose, scenario)]
    command = [str(ROOT / "lab"), "run", *chosen, "--on", "compose", "--out", str(out), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout, done.stderr
    return Played(json.loads(done.stdout), done.returncode, done.stderr, runs(engine) - before)


@pytest.fixture(scope="module")
def short(engine: DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(engine, tmp_path_factory.mktemp("runs"), one_of_each)


@pytest.fixture(scope="module")
def complete(engine: DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(engine, tmp_path_factory.mktemp("runs"), in_containers)


@pytest.mark.timeout(1800)  # the first one waits for all of them
@pytest.mark.parametrize("scenario", scenario_ids())
def test_a_problem_and_a_remedy_are_as_expected(short: Played, scenario: str) -> None:
    must_be_as_expected(short, scenario, one_of_each)


@pytest.mark.timeout(1800)
def test_nothing_is_left(short: Played) -> None:
    assert short.returncode == 0, short.said
    assert short.left == set()


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("scenario", scenario_ids())
def test_all_variants_are_as_expected(complete: Played, scenario: str) -> None:
    must_be_as_expected(complete, scenario, in_containers)


def must_be_as_expected(
    played: Played, scenario: str, choose: Callable[[Scenario], Iterable[Variant]]
) -> None:
    verdicts = [verdict for verdict in played.verdicts if verdict["scenario"] == scenario]
    assert [verdict for verdict in verdicts if not verdict["as_expected"]] == [], played.said
    assert {f"{scenario}:{verdict['variant']}" for verdict in verdicts} == set(names(choose, scenario))
    assert {verdict["runtime"] for verdict in verdicts} == {"compose"}
