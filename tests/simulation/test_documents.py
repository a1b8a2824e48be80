"""Texts that people edit on devices: what they see, what they are refused, what survives."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from chaos.cluster import CUT, HEALTHY, ClusterError, LinkState, links_touching
from chaos.cluster.shape import Companion, Shape
from chaos.runtimes.registry import RUNTIMES
from chaos.runtimes.simulation import SimulatedCluster
from chaos.workloads.client import Client, ClientError
from services.multi_leader.documents.texts import orderer_of
from services.settings.multi_leader import Documents, MultiLeaderSettings
from tests.contract.cluster.waiting import soon
from tests.world.virtually import simulated

PEOPLE = ("ann", "bob")
SHAPE = Shape(2, 1, companions=tuple(Companion(name, "device") for name in PEOPLE))
EVERYBODY = ("n1", "n2", *PEOPLE)
TOGETHER: tuple[Documents, ...] = ("operational-transformation", "crdt")


@asynccontextmanager
async def editing(documents: Documents, **more: object) -> AsyncIterator[tuple[SimulatedCluster, Client]]:
    conflicts = "lww" if documents == "last-write-wins" else "record"
    cluster = SimulatedCluster(7, shape=SHAPE)
    try:
        settings = {"documents": documents, "conflicts": conflicts, **more}
        await cluster.configure(MultiLeaderSettings(**settings))  # type: ignore[arg-type]
        async with RUNTIMES["sim"].client(cluster) as client:
            yield cluster, client
    finally:
        await cluster.close()


async def set_links(cluster: SimulatedCluster, node: str, state: LinkState) -> None:
    for link in links_touching(cluster.links, node):
        await cluster.set_link(link, state)


async def word(client: Client, who: str, text: str) -> None:
    """Type it where the text ends on that device, one character at a time."""
    for character in text:
        await client.add(who, "t", {"insert": character})


async def shown(client: Client, where: str) -> str:
    return "".join((await client.members(where, "t")).value)


async def all_show(cluster: SimulatedCluster, expected: Sequence[str]) -> None:
    """Everybody, one and the same of the texts `expected`."""

    async def look() -> None:
        texts = {node: "".join((await cluster.contents(node))["sets"].get("t", [])) for node in EVERYBODY}
        if len(set(texts.values())) > 1 or texts["n1"] not in expected:
            raise ClusterError(f"{texts}, and not one of {expected} everywhere")
        await cluster.must_have_settled()

    await soon(look)


@pytest.mark.parametrize("way", TOGETHER)
def test_two_type_at_once_and_both_words_are_there_whole(way: Documents) -> None:
    @simulated
    async def story() -> None:
        async with editing(way) as (cluster, client):
            await word(client, "ann", "[]")
            await all_show(cluster, ["[]"])
            for who in PEOPLE:
                await set_links(cluster, who, CUT)
            for who, text in (("ann", "hello"), ("bob", "world")):
                for place, character in enumerate(text, start=1):
                    await client.add(who, "t", {"insert": character, "at": place})
                assert await shown(client, who) == f"[{text}]"
            await client.add("bob", "t", {"erase": "["})
            with pytest.raises(ClusterError, match="owes"):
                await cluster.must_have_settled()
            for who in PEOPLE:
                await set_links(cluster, who, HEALTHY)
            await all_show(cluster, ["helloworld]", "worldhello]"])
            assert await shown(client, "g1") in ("helloworld]", "worldhello]")

    story()


@pytest.mark.parametrize("way", TOGETHER)
def test_what_was_typed_without_a_line_survives_the_kill_of_the_device(way: Documents) -> None:
    @simulated
    async def story() -> None:
        async with editing(way) as (cluster, client):
            await word(client, "bob", "b")
            await all_show(cluster, ["b"])
            await set_links(cluster, "ann", CUT)
            await word(client, "ann", "abc")
            await cluster.kill("ann")
            await cluster.restart("ann")
            assert await shown(client, "ann") == "babc"
            await word(client, "ann", "d")
            await set_links(cluster, "ann", HEALTHY)
            await all_show(cluster, ["babcd"])

    story()


@simulated
async def test_an_edit_whose_answer_was_lost_is_in_the_order_once() -> None:
    async with editing("operational-transformation") as (cluster, client):
        orderer = orderer_of("t", ("n1", "n2"))
        for link in links_touching(cluster.links, "ann"):
            if link.source == "ann" and link.target == orderer:
                await cluster.set_link(link, LinkState(cut_replies=True))
        await word(client, "ann", "abc")
        await all_show(cluster, ["abc"])


@simulated
async def test_a_lock_that_is_given_back_is_free_at_once_and_nobody_gives_back_anothers() -> None:
    """It does not run out within this test."""
    async with editing("lock", lock_ms=60_000) as (cluster, client):
        orderer = orderer_of("t", ("n1", "n2"))
        await word(client, "ann", "a")
        await client.add("bob", "t", {"release": True})
        with pytest.raises(ClientError, match="locked: ann is editing 't'"):
            await word(client, "bob", "b")
        await client.add("ann", "t", {"release": True})
        assert (await cluster.status(orderer))["locks"] == {}
        await word(client, "bob", "b")
        assert (await cluster.status(orderer))["locks"] == {"t": "bob"}
        await all_show(cluster, ["ab"])
        told = [event.fields["by"] for event in cluster.events() if event.event == "lock-released"]
        assert told == ["ann"]


@pytest.mark.parametrize("way", ["last-write-wins", *TOGETHER])
def test_where_there_is_no_lock_giving_it_back_changes_nothing(way: Documents) -> None:
    @simulated
    async def story() -> None:
        async with editing(way) as (_, client):
            await word(client, "ann", "a")
            await client.add("ann", "t", {"release": True})
            assert await shown(client, "ann") == "a"
            await word(client, "ann", "b")
            assert await shown(client, "ann") == "ab"

    story()


@simulated
async def test_while_somebody_types_nobody_else_may_and_the_lock_runs_out() -> None:
    async with editing("lock", lock_ms=1000) as (cluster, client):
        await word(client, "ann", "a")
        with pytest.raises(ClientError, match="locked: ann is editing 't'") as refused:
            await word(client, "bob", "b")
        assert refused.value.definite
        orderer = orderer_of("t", ("n1", "n2"))
        assert (await cluster.status(orderer))["locks"] == {"t": "ann"}
        await set_links(cluster, "ann", CUT)
        with pytest.raises(ClientError) as cut_off:
            await word(client, "ann", "x")
        assert not cut_off.value.definite

        async def bob_may() -> None:
            try:
                await word(client, "bob", "b")
            except ClientError as error:
                raise ClusterError(error.text) from error

        await soon(bob_may)
        assert (await cluster.status(orderer))["locks"] == {"t": "bob"}
        await set_links(cluster, "ann", HEALTHY)
        await all_show(cluster, ["ab"])


@simulated
async def test_the_last_to_save_wins_and_the_other_has_typed_in_vain() -> None:
    async with editing("last-write-wins") as (cluster, client):
        await set_links(cluster, "ann", CUT)
        await word(client, "ann", "hello")
        await word(client, "bob", "world")
        assert (await shown(client, "ann"), await shown(client, "bob")) == ("hello", "world")
        await set_links(cluster, "ann", HEALTHY)

        async def one_is_gone() -> None:
            texts = {node: await shown(client, node) for node in PEOPLE}
            if texts != dict.fromkeys(PEOPLE, "world"):
                raise ClusterError(str(texts))

        await soon(one_is_gone)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (7, "a text is edited by"),
        ({"insert": ""}, "a text is edited by"),
        ({"insert": "x", "erase": "y"}, "one at a time"),
        ({"at": 1}, "one at a time"),
        ({"insert": "x", "colour": "red"}, "colour"),
        ({"erase": "x"}, "'x' is not in the text"),
        ({"erase": "a", "at": 5}, "'a' is not in the text"),
    ],
)
@pytest.mark.parametrize("way", ["lock", "last-write-wins", *TOGETHER])
def test_what_is_no_keystroke_is_refused_for_certain(way: Documents, asked: object, why: str) -> None:
    @simulated
    async def story() -> None:
        async with editing(way) as (_, client):
            await word(client, "ann", "a")
            with pytest.raises(ClientError, match=why) as refused:
                await client.add("ann", "t", asked)
            assert refused.value.definite
            assert await shown(client, "ann") == "a"

    story()


@pytest.mark.parametrize("way", ["lock", "last-write-wins", *TOGETHER])
def test_texts_are_typed_on_devices_alone(way: Documents) -> None:
    @simulated
    async def story() -> None:
        async with editing(way) as (_, client):
            with pytest.raises(ClientError, match="texts are typed on devices") as refused:
                await word(client, "g1", "x")
            assert refused.value.definite
            assert await shown(client, "g1") == ""

    story()
