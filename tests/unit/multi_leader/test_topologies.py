"""What each topology promises: which changes come to whom, whoever is gone, and that none runs in circles."""

from collections.abc import Sequence
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.multi_leader.topologies import topology_of
from services.settings.multi_leader import MultiLeaderSettings, TopologyName

ALL: tuple[TopologyName, ...] = get_args(TopologyName)
SURVIVING: tuple[TopologyName, ...] = ("all-to-all", "ring-rerouted")
LEADERS = ("n1", "n2", "n3", "n4", "n5")


@st.composite
def clusters(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """All nodes, and those of them that are gone; somebody is left."""
    nodes = [f"n{number}" for number in range(1, draw(st.integers(1, 7)) + 1)]
    gone = draw(st.lists(st.sampled_from(nodes), unique=True, max_size=len(nodes) - 1))
    return nodes, gone


def reached(name: TopologyName, nodes: Sequence[str], gone: Sequence[str], origin: str) -> set[str]:
    """The living who come to know a change of `origin`, when all of them go by the same `gone`."""
    knows, rest = {origin}, [origin]
    while rest:
        node = rest.pop()
        for peer, origins in topology_of(name)(node, nodes, gone).items():
            if origin in origins and peer not in knows and peer not in gone:
                knows.add(peer)
                rest.append(peer)
    return knows


@pytest.mark.parametrize("name", ALL)
@given(cluster=clusters())
def test_nobody_ships_to_himself_or_sends_a_change_back_to_its_origin(
    name: TopologyName, cluster: tuple[list[str], list[str]]
) -> None:
    nodes, gone = cluster
    for node in nodes:
        for peer, origins in topology_of(name)(node, nodes, gone).items():
            assert peer in nodes and peer != node
            assert peer not in origins
            assert len(set(origins)) == len(origins)


@pytest.mark.parametrize("name", ALL)
@given(cluster=clusters())
def test_with_everybody_there_every_change_comes_to_everybody(
    name: TopologyName, cluster: tuple[list[str], list[str]]
) -> None:
    nodes, _ = cluster
    for origin in nodes:
        assert reached(name, nodes, (), origin) == set(nodes)


@pytest.mark.parametrize("name", SURVIVING)
@given(cluster=clusters())
def test_whoever_is_gone_the_others_hear_of_each_other(
    name: TopologyName, cluster: tuple[list[str], list[str]]
) -> None:
    nodes, gone = cluster
    living = [node for node in nodes if node not in gone]
    for origin in living:
        assert reached(name, nodes, gone, origin) == set(living)


def test_a_dead_node_stops_the_ring_in_front_of_it_and_the_star_altogether() -> None:
    assert reached("ring", LEADERS, ["n1"], "n3") == {"n3", "n4", "n5"}
    assert reached("ring", LEADERS, ["n1"], "n2") == {"n2", "n3", "n4", "n5"}
    assert reached("star", LEADERS, ["n1"], "n3") == {"n3"}
    assert reached("star", LEADERS, ["n2"], "n3") == {"n1", "n3", "n4", "n5"}


def test_what_one_who_is_gone_had_sent_to_some_is_handed_on() -> None:
    routes = topology_of("all-to-all")
    assert routes("n2", LEADERS, [])["n3"] == ("n2",)
    assert routes("n2", LEADERS, ["n1"])["n3"] == ("n1", "n2")
    assert routes("n2", LEADERS, ["n1"])["n1"] == ("n2",)


def test_a_ring_has_as_many_ways_as_nodes_and_a_star_leads_through_one() -> None:
    ways = {name: sum(len(topology_of(name)(node, LEADERS, ())) for node in LEADERS) for name in ALL}
    assert ways == {"all-to-all": 20, "ring": 5, "ring-rerouted": 5, "star": 8}


def test_how_often_a_change_without_origin_is_handed_on_is_bounded() -> None:
    with pytest.raises(ValueError, match="most_hops must be 1 to 1000, not 0"):
        MultiLeaderSettings(most_hops=0)
