"""Devices beside leaders: each has one home, and whatever the topology everybody hears of everything."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.multi_leader.homes import homes_of, with_devices
from services.multi_leader.topologies import Routes, topology_of
from services.settings import NodeSettings
from services.settings.multi_leader import MultiLeaderSettings, TopologyName
from tests.unit.multi_leader.test_topologies import ALL


def a_node(replicas: int, devices: int, *datacenters: tuple[str, ...]) -> NodeSettings:
    return NodeSettings(
        node="n1",
        role="replica",
        replicas=tuple(f"n{number}" for number in range(1, replicas + 1)),
        gateways=("g1",),
        companions={f"d{number}": "device" for number in range(1, devices + 1)} | {"cache": "cache"},
        links={},
        data_dir=Path(),
        token="",
        cluster=MultiLeaderSettings(datacenters=datacenters),
    )


def test_devices_are_shared_out_over_the_leaders() -> None:
    assert homes_of(a_node(2, 3)) == {"d1": "n1", "d2": "n2", "d3": "n1"}


def test_the_leader_of_its_own_datacenter_comes_first() -> None:
    assert homes_of(a_node(3, 2, ("n1", "g1"), ("n3", "d1"))) == {"d1": "n3", "d2": "n2"}


def test_without_devices_there_is_nothing_to_add() -> None:
    routes: Routes = {"n2": ("n1",)}
    assert with_devices(routes, "n1", {}, ("n1", "n2")) is routes


@pytest.mark.parametrize("name", ALL)
@given(replicas=st.integers(1, 5), devices=st.integers(1, 5))
def test_every_change_comes_to_everybody_and_none_comes_back(
    name: TopologyName, replicas: int, devices: int
) -> None:
    node = a_node(replicas, devices)
    homes, leaders = homes_of(node), node.replicas
    routes = {
        leader: with_devices(topology_of(name)(leader, leaders, ()), leader, homes, leaders)
        for leader in leaders
    } | {device: {home: (device,)} for device, home in homes.items()}
    for origin in routes:
        knows, rest = {origin}, [origin]
        while rest:
            source = rest.pop()
            for peer, origins in routes[source].items():
                assert peer not in origins
                if origin in origins and peer not in knows:
                    knows.add(peer)
                    rest.append(peer)
        assert knows == set(routes)
