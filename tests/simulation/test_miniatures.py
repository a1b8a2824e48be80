"""Each miniature shows what its database is known for, in simulation."""

import pytest

from chaos.catalogue.miniatures import MINIATURES
from chaos.catalogue.names import UnknownNameError
from chaos.commands.play import in_miniature
from chaos.runtimes.simulation import SimulatedCluster
from chaos.sessions.simulate import Simulation, simulate
from chaos.workloads.client import Caller, ClientError
from services.settings import settings_of
from services.settings.leaderless import LeaderlessSettings
from tests.world.virtually import simulated


def found(name: str, variant: str, **others: object) -> set[str]:
    """What a run of `concurrent-writes` shows with the settings of the miniature."""
    settings = {**MINIATURES[name].settings, **others}
    verdict = simulate(Simulation("concurrent-writes", variant, 3, settings=tuple(settings.items())))
    assert verdict.problems == ()
    return {anomaly.name for anomaly in verdict.anomalies if anomaly.found}


def test_dynamos_cart_brings_back_a_deleted_item() -> None:
    assert "deleted-item-returns" in found("dynamo", "merge-without-tombstones")


def test_cassandras_clocks_drop_writes_and_its_grace_brings_back_what_was_deleted() -> None:
    assert "lost-write" in found("cassandra", "lww-clock-skew")
    assert "deleted-item-returns" in found(
        "cassandra", "tombstone-grace", tombstone_grace_ms=1000, hint_ms=1000
    )


def test_riaks_siblings_are_as_many_as_writers_at_once() -> None:
    assert found("riak", "dotted-vectors") == set()
    assert "sibling-explosion" in found("dynamo", "plain-vectors")


@simulated
async def test_voldemort_refuses_an_obsolete_version_and_its_client_reads_again() -> None:
    cluster = SimulatedCluster(7)
    try:
        await cluster.configure(settings_of({"family": "leaderless", **MINIATURES["voldemort"].settings}))
        client = cluster.client(1)
        first = await client.put("g1", "x", "A")
        knowing = Caller(context=first.context)
        await client.put("g1", "x", "B", knowing)
        with pytest.raises(ClientError, match=r"^obsolete-version: .*read it and write again") as refused:
            await client.put("g1", "x", "C", knowing)
        assert refused.value.definite
        seen = await client.get("g1", "x")
        assert (seen.value, seen.siblings) == ("B", None)
        await client.put("g1", "x", "C", Caller(context=seen.context))
        assert (await client.get("g1", "x")).value == "C"
    finally:
        await cluster.close()


@pytest.mark.parametrize("name", MINIATURES)
def test_each_is_a_whole_of_settings_and_others_may_be_given(name: str) -> None:
    family, settings = in_miniature(name, "leaderless", {"w": 3})
    chosen = settings_of({"family": family, **settings})
    assert isinstance(chosen, LeaderlessSettings) and chosen.w == 3


@pytest.mark.parametrize(
    ("name", "strategy", "text"),
    [
        ("mongodb", "leaderless", "no miniature 'mongodb'; there are: dynamo"),
        ("riak", "multi-leader", "riak is leaderless, not"),
    ],
)
def test_what_there_is_not_is_refused_in_one_line(name: str, strategy: str, text: str) -> None:
    with pytest.raises(UnknownNameError, match=text):
        in_miniature(name, strategy, {})
