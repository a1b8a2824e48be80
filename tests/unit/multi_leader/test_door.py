"""What a gateway says of itself among several leaders: which of them its clients' requests go to now."""

from typing import Any

import pytest

from services.messages import Read, Status
from services.messages.detail import detail_of
from services.messages.multi_leader import OriginStatus
from services.settings.multi_leader import MultiLeaderSettings
from tests.world.peers import DEAD, Peers, found, gateway_of
from tests.world.virtually import simulated

PLACES = (("n3", "g1"), ("n1", "n2"))


def asked_by(status: Status) -> tuple[str | None, str | None]:
    """The datacenter, where one leads for others, and the leader."""
    told = detail_of(status.detail, OriginStatus)
    return told.datacenter, told.leader


@pytest.mark.parametrize(
    ("about", "whom"),
    [
        ({}, (None, "n1")),  # that of the same number
        ({"datacenters": PLACES}, (None, "n3")),  # that of its own datacenter
        ({"datacenters": PLACES, "inside": "quorum-ack"}, ("dc1", "n3")),
        ({"home": "record"}, (None, None)),
    ],
)
@simulated
async def test_it_says_which_leader_it_asks(about: Any, whom: tuple[str | None, str | None]) -> None:
    gateway = gateway_of(Peers(), MultiLeaderSettings(**about))
    assert asked_by(gateway.status()) == whom


@simulated
async def test_while_its_own_is_gone_it_asks_another() -> None:
    peers = Peers()
    peers.say("n1", DEAD)
    peers.say("n2", found("n2"))
    gateway = gateway_of(peers, MultiLeaderSettings())
    assert (await gateway.read(Read(key="x"))).node == "n2"
    assert asked_by(gateway.status()) == (None, "n2")
