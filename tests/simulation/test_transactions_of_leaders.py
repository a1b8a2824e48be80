"""Transactions where there are several leaders: done whole or not at all, and shipped whole."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from chaos.cluster import ClusterError
from chaos.runtimes.registry import RUNTIMES
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import ClientError
from chaos.workloads.steps import TakesSteps
from services.messages.multi_leader import MOST_STEPS
from services.settings.multi_leader import MultiLeaderSettings
from services.settings.single_leader import SingleLeaderSettings
from tests.contract.cluster.waiting import soon
from tests.world.virtually import simulated

KEYS = [f"x{number}" for number in range(MOST_STEPS)]


@asynccontextmanager
async def leaders(**settings: Any) -> AsyncIterator[tuple[SimulatedCluster, TakesSteps]]:
    cluster = SimulatedCluster(7)
    try:
        await cluster.configure(MultiLeaderSettings(**settings))
        async with RUNTIMES["sim"].client(cluster) as client:
            assert isinstance(client, TakesSteps)
            yield cluster, client
    finally:
        await cluster.close()


def appends(keys: Sequence[str], value: object) -> list[dict[str, Any]]:
    return [{"f": "append", "key": key, "value": value} for key in keys]


def reads(keys: Sequence[str]) -> list[dict[str, Any]]:
    return [{"f": "read", "key": key} for key in keys]


@simulated
async def test_steps_see_what_those_before_them_did() -> None:
    async with leaders() as (_, client):
        steps = [{"f": "put", "key": "x", "value": [1]}, *appends(["x", "x"], 2), *reads(["x", "y"])]
        answer = await client.transact("g1", steps)
        assert answer.value == [None, None, None, [1, 2, 2], None]
        assert answer.node == "n1"


@simulated
async def test_a_step_that_is_refused_undoes_those_before_it() -> None:
    async with leaders() as (cluster, client):
        await client.transact("g1", [{"f": "put", "key": "y", "value": 7}])
        with pytest.raises(ClientError, match="'y' is not a list") as refused:
            await client.transact("g1", appends(["x", "y"], 1))
        assert refused.value.definite
        assert (await client.transact("g1", reads(["x", "y"]))).value == [None, 7]
        await soon(cluster.must_have_settled)
        assert (await cluster.status("n2"))["origins"] == {"n1": 1}


@simulated
async def test_a_transaction_arrives_whole_though_a_message_takes_fewer_changes() -> None:
    async with leaders(batch_entries=3) as (_, client):
        seen: list[int] = []
        for number in range(20):
            await client.transact("g1", appends(KEYS, number))
            shown = (await client.transact("g2", reads(KEYS))).value
            lengths = {len(each or []) for each in shown}
            assert len(lengths) == 1, f"some rows are older than others: {shown}"
            seen += lengths
        assert max(seen) > 0, "nothing was ever shipped"

        async def has_all() -> None:
            if {len(each or []) for each in (await client.transact("g2", reads(KEYS))).value} != {20}:
                raise ClusterError("n2 lacks some")

        await soon(has_all)


@simulated
async def test_records_with_different_homes_are_in_no_transaction_together() -> None:
    async with leaders(home="record", moves=False) as (_, client):
        with pytest.raises(ClientError, match="bad-request: a transaction is done at one leader"):
            await client.transact("g1", appends(KEYS, 1))


@simulated
async def test_another_family_takes_none() -> None:
    async with leaders() as (cluster, client):
        await cluster.configure(SingleLeaderSettings())
        with pytest.raises(ClientError, match="has no use for a Transact"):
            await client.transact("g1", appends(["x"], 1))
