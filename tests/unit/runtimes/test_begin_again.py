"""A run begins on empty data, whatever was on its way to a node as it was emptied."""

from typing import Any, cast

from chaos.cluster.crew import Crew
from chaos.cluster.shape import DEFAULT
from chaos.runtimes.begin_again import begin_again
from chaos.runtimes.orders import Orders
from chaos.targets.single_leader import SingleLeader
from chaos.targets.target import Target
from services.messages import Status
from services.messages.single_leader import LeadStatus
from services.settings.single_leader import SingleLeaderSettings
from tests.unit.faults.paper import PaperCluster, ShotAsItStoodStill


class LateOrder:
    """`n2` is emptied, and then promises the epoch of an order that had come before and had waited."""

    def __init__(self) -> None:
        self.epochs = {"n1": 4, "n2": 4, "n3": 4}
        self.emptied: list[str] = []

    crew = Crew(DEFAULT)

    @property
    def target(self) -> Target:
        return SingleLeader(cast(Orders, self))

    def begin(self, incarnation: str) -> None:
        assert incarnation

    async def configure(self, node: str, settings: SingleLeaderSettings) -> None:
        self.emptied.append(node)
        self.epochs[node] = 5 if (node, self.emptied.count(node)) == ("n2", 1) else 0

    async def status(self, node: str) -> Status:
        return Status(node=node, role="follower", detail=LeadStatus(epoch=self.epochs[node]))

    async def must_serve(self) -> None:
        assert set(self.epochs.values()) >= {0}

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


async def test_who_was_shot_as_it_stood_still_is_started_again() -> None:
    cluster = ShotAsItStoodStill(processes={"n2": "paused"})
    await begin_again(cluster, Crew(DEFAULT), cast(Orders, LateOrder()), SingleLeaderSettings())
    assert cluster.done == ["n2 dead", "n2 running"]


async def test_an_order_that_came_too_late_is_forgotten_as_well() -> None:
    orders, cluster = LateOrder(), PaperCluster()
    await begin_again(cluster, Crew(DEFAULT), cast(Orders, orders), SingleLeaderSettings())
    assert {node: orders.epochs[node] for node in cluster.replicas} == {"n1": 0, "n2": 0, "n3": 0}
    assert orders.emptied[-1] == "controller", "who appoints begins last"
