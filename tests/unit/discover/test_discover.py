"""Names that people type, and what they get for them."""

import pytest

from chaos.catalogue.discover import UnknownNameError, all_scenarios, find_scenario, scenario_ids, select
from chaos.checkers import checker_names
from chaos.runtimes.compose import ComposeCluster
from chaos.runtimes.local import LocalCluster
from chaos.runtimes.registry import RUNTIMES
from chaos.sessions.task import runtimes_of


def test_every_file_is_a_scenario_of_that_name_that_tells_its_story() -> None:
    assert {"lost-writes", "split-brain", "stale-reads"} <= set(scenario_ids())
    for scenario in all_scenarios():
        assert set(scenario.checkers) <= set(checker_names())
        assert all(runtimes_of(scenario, variant) for variant in scenario.variants)


def test_a_bare_id_means_all_its_variants_and_nothing_runs_twice() -> None:
    ((scenario, variants),) = select(["split-brain:lease", "split-brain", "split-brain:unfenced"])
    assert variants == scenario.variants


def test_variants_come_in_the_order_of_the_catalogue() -> None:
    ((_, variants),) = select(["split-brain:quorum-ack", "split-brain:unfenced"])
    assert [variant.name for variant in variants] == ["unfenced", "quorum-ack"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("split-brian", "did you mean split-brain?"),
        ("split-brain:leese", "did you mean lease?"),
        ("zzz", "there are: "),
        ("", "there are: "),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UnknownNameError) as error:
        select([name])
    assert hint in str(error.value)


def test_finding_does_not_depend_on_how_often_one_looks() -> None:
    assert find_scenario("lost-writes") is find_scenario("lost-writes")


def test_the_registry_says_of_each_runtime_what_the_runtime_says_of_itself() -> None:
    for kind in (LocalCluster, ComposeCluster):
        assert RUNTIMES[kind.runtime].abilities == kind.abilities
