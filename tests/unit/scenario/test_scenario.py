"""A scenario's data fits together, or says what does not."""

from dataclasses import replace
from typing import Any

import pytest

from chaos.catalogue.scenario import problem, remedy
from chaos.running.run import Run
from chaos.workloads import register
from scenarios.lost_writes import SCENARIO
from services.settings.single_leader import SingleLeaderSettings


def test_settings_of_the_scenario_hold_for_all_and_a_variant_may_differ() -> None:
    scenario = replace(
        SCENARIO,
        settings={"replication": "sync", "lease_ms": 900},
        variants=(remedy("a"), remedy("b", replication="async")),
    )
    a, b = (scenario.settings_of(variant) for variant in scenario.variants)
    assert isinstance(a, SingleLeaderSettings)
    assert isinstance(b, SingleLeaderSettings)
    assert (a.replication, a.lease_ms) == ("sync", 900)
    assert (b.replication, b.lease_ms) == ("async", 900)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"replication": "hopeful"}, "hopeful"),
        ({"replicas": 5}, "replicas"),
        ({"lease_ms": -1}, "lease_ms must be positive"),
    ],
)
def test_a_wrong_setting_is_refused_where_it_stands(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=rf"lost-writes:a.*{complaint}"):
        replace(SCENARIO, variants=(remedy("a", **settings),))


def test_two_variants_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two variants of one name"):
        replace(SCENARIO, variants=(remedy("a"), remedy("a", replication="sync")))


def test_a_problem_needs_a_checker_for_what_it_finds() -> None:
    with pytest.raises(ValueError, match="none of its checkers judges"):
        replace(SCENARIO, variants=(problem("a", finds=["stale-read"]),))


def test_a_bound_is_for_a_checker_that_measures_a_time() -> None:
    bounded = replace(SCENARIO, checkers=("lost-write", "write-stall"), bounds_ms={"write-stall": 2000})
    assert bounded.bounds_ms == {"write-stall": 2000}
    for name in ("lost-write", "unavailable"):
        with pytest.raises(ValueError, match=f"states a bound for {name}, which it does not measure"):
            replace(SCENARIO, bounds_ms={name: 2000})


def test_a_model_is_a_level_for_a_checker_of_transactions() -> None:
    checkers = ("lost-write", "transaction-cycle")
    assert replace(SCENARIO, checkers=checkers, model="strict-serializable").model == "strict-serializable"
    for model, judged in (("strict", checkers), ("serializable", ("lost-write",))):
        with pytest.raises(
            ValueError, match=f"states the model {model}: it must be one of read-uncommitted, "
        ):
            replace(SCENARIO, checkers=judged, model=model)


def test_a_problem_is_judged_by_its_own_anomalies_and_a_remedy_by_all() -> None:
    scenario = replace(
        SCENARIO, checkers=("lost-write", "split-brain"), variants=(problem("a", ["lost-write"]), remedy("b"))
    )
    assert [scenario.judged_for(variant) for variant in scenario.variants] == [
        ("lost-write",),
        ("lost-write", "split-brain"),
    ]


async def another_script(_: Run) -> None:
    pass


def test_a_variant_may_bring_a_script_and_a_workload_of_its_own() -> None:
    other = register.own_keys(clients=2, rate_per_s=5)
    usual, special = remedy("a"), problem("b", ["lost-write"], script=another_script, workload=other)
    scenario = replace(SCENARIO, variants=(usual, special))
    assert (scenario.script_for(usual), scenario.workload_for(usual)) == (SCENARIO.script, SCENARIO.workload)
    assert (scenario.script_for(special), scenario.workload_for(special)) == (another_script, other)
