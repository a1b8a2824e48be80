"""Every scenario in real containers, as somebody types it; nothing is left behind.

In the short form what `choosing` has chosen, with two commands side by side, each with containers of its
own: most of a story is waiting. In the long form the rest of each scenario.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from pathlib import Path

import pytest
from docker import DockerClient

from chaos.catalogue.discover import scenario_ids
from tests.containers import engine, runs
from tests.end_to_end.choosing import in_parts, in_short, left_for_long, of_scenario
from tests.end_to_end.playing import Played, play

__all__ = ["engine"]
pytestmark = pytest.mark.compose
SIDE_BY_SIDE = 2


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def short(directory: Path) -> Played:
    with ThreadPoolExecutor() as pool:
        parts = pool.map(lambda names: played(names, directory), in_parts(in_short("compose"), SIDE_BY_SIDE))
    return reduce(Played.and_then, parts)


@pytest.mark.timeout(1800)  # the first one waits for all of them
@pytest.mark.parametrize("scenario", scenario_ids())
def test_its_story_is_as_expected(short: Played, scenario: str) -> None:
    must_be_as_expected(short, scenario, of_scenario(scenario, in_short("compose")))


@pytest.mark.timeout(1800)
def test_nothing_is_left(engine: DockerClient, directory: Path, short: Played) -> None:
    assert short.returncode == 0, short.said
    assert runs(engine, directory) == set()


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("scenario", scenario_ids())
def test_its_other_variants_are_as_expected(engine: DockerClient, tmp_path: Path, scenario: str) -> None:
    if rest := of_scenario(scenario, left_for_long("compose")):
        must_be_as_expected(played(rest, tmp_path), scenario, rest)
    assert runs(engine, tmp_path) == set()


def played(names: Sequence[str], directory: Path) -> Played:
    """In containers whose files are in `directory`, like what comes of it."""
    return play(names, "compose", directory, environment={"TMPDIR": str(directory)})


def must_be_as_expected(played: Played, scenario: str, names: Sequence[str]) -> None:
    verdicts = played.of(scenario)
    assert [verdict for verdict in verdicts if not verdict["as_expected"]] == [], played.said
    assert {f"{scenario}:{verdict['variant']}" for verdict in verdicts} == set(names)
    assert {verdict["runtime"] for verdict in verdicts} == {"compose"}
