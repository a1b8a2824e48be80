"""It is told whether a link has lost the request or the reply: by the notes of both ends, or overheard."""

from collections.abc import Sequence

import pytest

from chaos.cluster import CUT, HEALTHY, Cluster, LinkState
from chaos.recording.exchange import Exchange
from chaos.recording.noting import Collection, Noting, noting_nodes
from chaos.recording.overhearing import Overhearing
from chaos.workloads.client import Client
from tests.contract.cluster.waiting import leader_of, link, soon

SILENCE_S = 0.3


async def overheard(cluster: Cluster, kind: str) -> list[Exchange]:
    return [each for each in await exchanges(cluster) if each.facts.kind == kind]


async def exchanges(cluster: Cluster) -> Sequence[Exchange]:
    if isinstance(cluster, Overhearing):
        return cluster.overheard()
    assert isinstance(cluster, Noting)
    collection = Collection(cluster, cluster.links)
    for node in noting_nodes(cluster):
        await collection.ask(node)
    return collection.exchanges()


@pytest.mark.parametrize(
    ("state", "arrives"),
    [(LinkState(cut_requests=True), False), (LinkState(cut_replies=True), True), (CUT, False)],
    ids=str,
)
async def test_what_was_lost(cluster: Cluster, state: LinkState, arrives: bool) -> None:
    struck = link(cluster, "n1-n2")
    await cluster.set_link(struck, state)
    assert await cluster.probe(struck, SILENCE_S) == "no-answer"

    async def is_told() -> None:
        asked = await overheard(cluster, "ask-status")
        probe = [each for each in asked if (each.source, each.target) == ("n1", "n2")][-1]
        assert probe.outcome == "timed-out"
        assert (probe.arrived_s is not None, probe.answered_s is not None) == (arrives, arrives)

    await soon(is_told)
    await cluster.set_link(struck, HEALTHY)


async def test_the_way_of_a_write(cluster: Cluster, client: Client) -> None:
    await client.put("g1", "way", 1)
    leader = await leader_of(cluster)

    async def is_told() -> None:
        writes = await overheard(cluster, "write")
        write = next(each for each in writes if each.facts.key == "way" and each.source == "g1")
        assert (write.target, write.outcome) == (leader, "ok")
        moments = [write.sent_s, write.arrived_s, write.answered_s, write.ended_s]
        assert None not in moments and moments == sorted(moments, key=float)  # type: ignore[arg-type]
        followers = {
            each.target
            for each in await overheard(cluster, "append")
            if each.facts.entries and each.source == leader and each.sent_s >= write.sent_s
        }
        assert followers == set(cluster.replicas) - {leader}

    await soon(is_told)
